//! What was written, as those features tell it that keep it: acknowledged or not, it is there or it is not. What others
//! made of it is none of this file's business.

use std::collections::BTreeSet;

use p2p_test_support::people::Person;
use serde_json::Value;

use super::Cast;

/// All there is.
pub struct Truth {
    pub sara: String,
    pub omar: String,
    /// By Sara.
    pub topics: Vec<String>,
    /// By Omar.
    pub posts: Vec<Post>,
    pub replies: Vec<Reply>,
    /// By Omar.
    pub cases: Vec<Case>,
    /// From Omar to Sara.
    pub messages: Vec<Message>,
}

pub struct Post {
    pub id: String,
    pub topic: String,
}

pub struct Reply {
    pub id: String,
    pub topic: String,
    /// Else by Omar.
    pub is_by_sara: bool,
    pub is_best: bool,
}

pub struct Case {
    pub id: String,
    pub is_published: bool,
}

pub struct Message {
    pub id: String,
    pub is_read: bool,
}

impl Truth {
    /// Reads it all.
    pub async fn read(cast: &Cast) -> Self {
        let mut truth = Self {
            sara: id(&cast.sara.profile["user"]),
            omar: id(&cast.omar.profile["user"]),
            topics: ids(&pages(&cast.sara, "/forums/topics?").await),
            posts: Vec::new(),
            replies: Vec::new(),
            cases: pages(&cast.omar, "/use-cases?mine=true").await.iter().map(Case::of).collect(),
            messages: Vec::new(),
        };
        for topic in truth.topics.clone() {
            let posts = pages(&cast.sara, &format!("/forums/topics/{topic}/posts?")).await;
            posts.iter().filter(|post| post["isRoot"] == false).for_each(|post| truth.add(&topic, post));
        }
        let path = format!("/messages/{}?", truth.omar);
        let messages = pages(&cast.sara, &path).await;
        let message = |message: &Value| Message { id: id(message), is_read: message["isRead"] == true };
        truth.messages = messages.iter().map(message).collect();
        truth
    }

    fn add(&mut self, topic: &str, post: &Value) {
        self.posts.push(Post { id: id(post), topic: topic.to_owned() });
        for reply in post["replies"].as_array().unwrap() {
            self.replies.push(Reply {
                id: id(reply),
                topic: topic.to_owned(),
                is_by_sara: reply["authorId"] == self.sara.as_str(),
                is_best: reply["isBestAnswer"] == true,
            });
        }
    }

    /// What can be acknowledged, in the words of `Lane::write`.
    fn facts(&self) -> BTreeSet<String> {
        let mut facts = BTreeSet::new();
        facts.extend(self.topics.iter().map(|id| format!("topic {id}")));
        facts.extend(self.posts.iter().map(|post| format!("post {}", post.id)));
        for Reply { id, is_best, .. } in &self.replies {
            facts.insert(format!("reply {id}"));
            facts.extend(is_best.then(|| format!("best {id}")));
        }
        for Case { id, is_published } in &self.cases {
            facts.insert(format!("case {id}"));
            facts.extend(is_published.then(|| format!("published {id}")));
        }
        for Message { id, is_read } in &self.messages {
            facts.insert(format!("message {id}"));
            facts.extend(is_read.then(|| format!("read {id}")));
        }
        facts
    }

    /// What was acknowledged and is not so.
    pub fn lost(&self, acknowledged: &BTreeSet<String>) -> Vec<String> {
        let facts = self.facts();
        let is_so = |fact: &&String| match fact.strip_prefix("no ") {
            Some(gone) => !facts.contains(gone),
            None => facts.contains(*fact),
        };
        acknowledged.iter().filter(|fact| !is_so(fact)).cloned().collect()
    }

    /// Messages that Sara has not read.
    pub fn unread(&self) -> usize {
        self.messages.iter().filter(|message| !message.is_read).count()
    }
}

impl Case {
    fn of(card: &Value) -> Self {
        Self { id: id(card), is_published: card["status"] == "published" }
    }
}

/// Everything in a list; the path ends where its query goes on.
pub async fn pages(person: &Person, path: &str) -> Vec<Value> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = person.get(&format!("{path}&limit=100{cursor}")).await.expect(200).json;
        all.extend(page["items"].as_array().unwrap().iter().cloned());
        match page["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return all,
        }
    }
}

fn ids(items: &[Value]) -> Vec<String> {
    items.iter().map(id).collect()
}

fn id(item: &Value) -> String {
    item["id"].as_str().unwrap().to_owned()
}
