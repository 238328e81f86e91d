//! Several people's work at once, in the name of one: they write topics, posts and replies, and read them, whatever they
//! are answered.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use p2p_test_support::people::{Person, topic};
use serde_json::json;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::answers::{self, Judged};

/// Requests that write, at the same time.
const WRITERS: u64 = 4;
/// Longest until enough was answered.
const PATIENCE: Duration = Duration::from_secs(60);

/// What is done and what came of it.
pub struct Work {
    /// A topic to whose root everybody replies.
    pub square: String,
    kept: Mutex<BTreeMap<String, String>>,
    complaints: Mutex<Vec<String>>,
    /// How many were kept and refused.
    progress: watch::Sender<(usize, usize)>,
    /// Odd while a store is away.
    times: AtomicU64,
    is_over: AtomicBool,
}

impl Work {
    /// Opens the topic that everybody replies to.
    pub async fn begin(person: &Person) -> Self {
        let square = person.post("/forums/topics", &topic("The square")).await.expect(201);
        Self {
            square: square.json["id"].as_str().unwrap().to_owned(),
            kept: Mutex::default(),
            complaints: Mutex::default(),
            progress: watch::channel((0, 0)).0,
            times: AtomicU64::new(0),
            is_over: AtomicBool::new(false),
        }
    }

    /// Everybody goes to work.
    pub fn everybody(self: &Arc<Self>, person: &Person) -> JoinSet<()> {
        let mut at_work = JoinSet::new();
        for writer in 0..WRITERS {
            let (work, person) = (Arc::clone(self), person.clone());
            at_work.spawn(async move { work.write_on(&person, writer).await });
        }
        let (work, person) = (Arc::clone(self), person.clone());
        at_work.spawn(async move { work.read_on(&person).await });
        at_work
    }

    async fn write_on(&self, person: &Person, writer: u64) {
        for n in 0.. {
            if self.is_over.load(Ordering::Relaxed) {
                break;
            }
            let name = format!("{writer}-{n}");
            self.write(
                person,
                &format!("/forums/posts/{}/reply", self.square),
                format!("A reply on the square, {name}"),
            )
            .await;
            let Some(topic) =
                self.write(person, "/forums/topics", format!("A topic that is opened, {name}")).await
            else {
                continue;
            };
            let posts = format!("/forums/topics/{topic}/posts");
            let Some(post) = self.write(person, &posts, format!("A post, {name}")).await else { continue };
            self.write(person, &format!("/forums/posts/{post}/reply"), format!("A reply, {name}")).await;
        }
    }

    /// The id of what was written, when it was.
    async fn write(&self, person: &Person, path: &str, content: String) -> Option<String> {
        let body =
            json!({"title": content, "content": content, "category": "maintenance", "tags": ["press"]});
        let body = if path == "/forums/topics" { body } else { json!({"content": content}) };
        let began = self.times.load(Ordering::SeqCst);
        let judged = answers::post(person, path, &body).await;
        let is_away = !began.is_multiple_of(2) && self.times.load(Ordering::SeqCst) == began;
        match judged {
            Judged::Fine(written) if is_away => {
                self.complain(format!("without a store {path} answered {written}"))
            }
            Judged::Fine(written) => {
                let id = written["id"].as_str().unwrap().to_owned();
                self.kept.lock().unwrap().insert(id.clone(), content);
                self.progress.send_modify(|(kept, _)| *kept += 1);
                return Some(id);
            }
            Judged::Refused(_) => self.progress.send_modify(|(_, refused)| *refused += 1),
            Judged::Wrong(complaint) => self.complain(complaint),
        }
        None
    }

    /// Pages and topics; what is answered has its texts.
    async fn read_on(&self, person: &Person) {
        while !self.is_over.load(Ordering::Relaxed) {
            match answers::get(person, "/forums/topics").await {
                Judged::Fine(page) if page["items"].as_array().is_none_or(Vec::is_empty) => {
                    self.complain(format!("an empty page: {page}"));
                }
                Judged::Wrong(complaint) => self.complain(complaint),
                _ => {}
            }
            match answers::get(person, &format!("/forums/topics/{}", self.square)).await {
                Judged::Fine(topic) if topic["content"].as_str().is_none_or(str::is_empty) => {
                    self.complain(format!("a topic without its text: {topic}"));
                }
                Judged::Wrong(complaint) => self.complain(complaint),
                _ => {}
            }
        }
    }

    fn complain(&self, complaint: String) {
        self.complaints.lock().unwrap().push(complaint);
    }

    /// Whether a store is away, from now on.
    pub fn is_away(&self, is_away: bool) {
        let before = self.times.fetch_add(1, Ordering::SeqCst);
        assert_eq!(before.is_multiple_of(2), is_away);
    }

    /// Until so many more were acknowledged.
    pub async fn kept_more(&self, more: usize) {
        let until = self.progress.borrow().0 + more;
        self.until(|(kept, _)| *kept >= until).await;
    }

    /// Until so many more were refused.
    pub async fn refused_more(&self, more: usize) {
        let until = self.progress.borrow().1 + more;
        self.until(|(_, refused)| *refused >= until).await;
    }

    async fn until(&self, is_enough: impl FnMut(&(usize, usize)) -> bool) {
        let mut progress = self.progress.subscribe();
        let enough = tokio::time::timeout(PATIENCE, progress.wait_for(is_enough)).await.is_ok();
        assert!(enough, "kept and refused {:?}: {:#?}", self.progress.borrow(), self.complaints());
    }

    /// Nobody begins anything any more.
    pub fn end(&self) {
        self.is_over.store(true, Ordering::Relaxed);
    }

    /// What was answered that should not be.
    pub fn complaints(&self) -> Vec<String> {
        self.complaints.lock().unwrap().clone()
    }

    /// Ids and texts of what was acknowledged, and how many were refused.
    pub fn counts(&self) -> (BTreeMap<String, String>, usize) {
        (self.kept.lock().unwrap().clone(), self.progress.borrow().1)
    }
}
