//! Jobs by the clock under deaths: a run whose process dies over it is done again once nobody can be at it any more, by
//! whichever process is there, and not before; and whatever it did twice shows once.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::time::Duration;

use p2p_context::{Clock as _, FeatureName, SystemClock, Timestamp};
use p2p_jobs::{Deliveries, Delivery};
use p2p_test_support::letters;
use p2p_test_support::people::{Person, topic};
use serde_json::json;
use uuid::Uuid;

use crate::chance::Chance;
use crate::server::{House, Server};

const FEATURES: [&str; 3] = ["accounts", "forums", "notifications"];
/// People who are written a summary: more than one call of the job takes.
const READERS: usize = 30;
/// How long what a process sent before it died may still take.
const LAST_WORDS: Duration = Duration::from_millis(250);
/// Deaths, each over another day's run, of which two at least must have cut it off.
const DEATHS: RangeInclusive<u32> = 6..=30;
const JOB: &str = "digest";
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// A run that is somebody's is put off by more than that.
const AT_IT: Duration = Duration::from_secs(10);
/// How long a step may take. A run whose process died is left alone for 40 s.
const PATIENCE: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_whose_process_dies_is_done_again_and_shows_once() {
    die_over_runs(House::with(&FEATURES), 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn so_it_is_when_another_process_takes_over() {
    die_over_runs(House::over_services(&FEATURES), 2).await;
}

async fn die_over_runs(house: House, processes: usize) {
    let (mut chance, mut servers) = (Chance::new(), Vec::new());
    for _ in 0..processes {
        servers.push(house.start().await);
    }
    let (deliveries, mut stage) = (house.deliveries().await, Stage::set(&servers[0]).await);
    until(async || deliveries.jobs().await.unwrap().iter().any(|job| job.job == JOB), "a job is known").await;
    let (mut death, mut cut) = (0, 0);
    while death < *DEATHS.start() || cut < 2 {
        death += 1;
        assert!(death <= *DEATHS.end(), "{cut} deaths cut a run off");
        stage = stage.at(&servers[0]);
        stage.answer_everybody(death).await;
        let taken = begin(&deliveries, death).await;
        chance.pass(0..=12).await;
        // The one that was there first leads.
        servers.remove(0).kill();
        // A database carries out what was sent to it before.
        tokio::time::sleep(LAST_WORDS).await;
        let mut not_before = Timestamp(0);
        if let Some(left) = waiting(&deliveries).await {
            assert_eq!(Some((left.event_id, left.next_at)), taken, "it is still that of the one that died");
            cut += 1;
            // The first waits for its time; the others are let go before it.
            if cut == 1 {
                not_before = left.next_at;
            } else {
                deliveries.later(&left, SystemClock.now()).await.unwrap();
            }
        }
        servers.push(house.start().await);
        done(&deliveries, not_before).await;
    }
    println!("{death} deaths, {cut} of them over a run");
    let wanted = (0..READERS).map(|n| (email(n), death)).collect();
    until(async || summaries(&house) == wanted, "everybody has a summary of each day").await;
    until(async || deliveries.waiting(1).await.unwrap().is_empty(), "nothing is on its way").await;
    assert!(deliveries.dead(10).await.unwrap().is_empty());
    assert_eq!(summaries(&house), wanted);
    servers.into_iter().for_each(Server::kill);
}

/// Who opened a topic and wants a summary of answers, and who answers.
struct Stage {
    readers: Vec<(Person, String)>,
    omar: Person,
}

impl Stage {
    async fn set(server: &Server) -> Self {
        let omar = Person::founder(&server.url, "localhost", "omar@pumps.example").await;
        let mut readers = Vec::new();
        for n in 0..READERS {
            let reader = Person::founder(&server.url, "localhost", &email(n)).await;
            let wish = json!({ "reply": { "email": "digest" } });
            reader.patch("/notifications/preferences", &wish).await.expect(200);
            let opened = reader.post("/forums/topics", &topic("Who has seen it?")).await.expect(201);
            readers.push((reader, opened.json["id"].as_str().unwrap().to_owned()));
        }
        Self { readers, omar }
    }

    fn at(&self, server: &Server) -> Self {
        let at = |(reader, topic): &(Person, String)| (reader.at(&server.url), topic.clone());
        Self { readers: self.readers.iter().map(at).collect(), omar: self.omar.at(&server.url) }
    }

    /// So that everybody was told this often.
    async fn answer_everybody(&self, times: u32) {
        for (_, topic) in &self.readers {
            let answer = json!({ "content": "Not I." });
            self.omar.post(&format!("/forums/topics/{topic}/posts"), &answer).await.expect(201);
        }
        for (reader, _) in &self.readers {
            let told = async || {
                let count = reader.get("/notifications/unread-count").await.expect(200).json;
                count["count"] == times
            };
            until(told, "everybody is told").await;
        }
    }
}

fn email(reader: usize) -> String {
    format!("reader@works-{reader}.example")
}

/// Notes the run of a day to come, and waits until a process is at it; which run, and until when it is that one's. None: it
/// was done at once.
async fn begin(deliveries: &Deliveries, day: u32) -> Option<(Uuid, Timestamp)> {
    let (now, feature) = (SystemClock.now(), FeatureName::new("notifications").unwrap());
    deliveries.note_run(&feature, JOB, now.plus(DAY * day), now).await.unwrap();
    let mut taken = None;
    let is_taken = async || {
        taken = waiting(deliveries).await.map(|run| (run.event_id, run.next_at));
        taken.is_none_or(|(_, next_at)| next_at > now.plus(AT_IT))
    };
    until(is_taken, "a process takes the run").await;
    taken
}

async fn waiting(deliveries: &Deliveries) -> Option<Delivery> {
    let all = deliveries.waiting(200).await.unwrap();
    all.into_iter().find(|delivery| delivery.producer.as_str() == "jobs" && delivery.key == JOB)
}

/// Waits until there is no run any more. Nobody is at it before this moment.
async fn done(deliveries: &Deliveries, not_before: Timestamp) {
    let is_done = async || {
        let run = waiting(deliveries).await;
        let is_left = run.as_ref().is_some_and(|run| run.next_at == not_before);
        assert!(is_left || SystemClock.now() >= not_before, "begun before its time: {run:?}");
        run.is_none()
    };
    until(is_done, "the run is done").await;
}

async fn until(mut is_so: impl AsyncFnMut() -> bool, what: &str) {
    let waiting = async {
        while !is_so().await {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.unwrap_or_else(|_| panic!("not so: {what}"));
}

/// How many summaries lie there for whom. Of all letters they alone can be stopped at a click.
fn summaries(house: &House) -> BTreeMap<String, u32> {
    let mut counts = BTreeMap::new();
    let mut files = letters::files(&house.mail_folder());
    // Others are being written, and have another name in a moment.
    files.retain(|file| file.extension().is_some_and(|extension| extension == "eml"));
    for file in files {
        let letter = std::fs::read_to_string(file).unwrap();
        if letter.contains("List-Unsubscribe: ") {
            let to = letter.lines().find_map(|line| line.strip_prefix("To: ")).unwrap();
            *counts.entry(to.trim().trim_matches(['<', '>']).to_owned()).or_default() += 1;
        }
    }
    counts
}
