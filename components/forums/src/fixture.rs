//! A forum over the test host, with people in two organizations, for the tests of every verb. Serves nothing else.

use p2p_sdk::test_host::{Answered, Card, TestHost};
use p2p_sdk::{Actor, Role, Uuid, params};
use serde_json::{Value, json};

/// A forum and who goes there.
pub struct Forum {
    pub host: TestHost,
    pub huda: Actor,
    /// Of Huda's organization.
    pub omar: Actor,
    /// Of another one.
    pub stranger: Actor,
    pub platform_admin: Actor,
}

impl Forum {
    /// An empty forum. The directory knows Huda; Omar has left.
    pub fn new() -> Self {
        let host = TestHost::new(crate::feature());
        let huda = host.person(Role::Member);
        let omar = host.colleague(&huda, Role::Admin);
        let stranger = host.person(Role::Admin);
        let platform_admin = Actor { platform_admin: true, ..host.person(Role::Member) };
        for (actor, name, active) in [(&huda, "Huda Salem", true), (&omar, "Omar Aziz", false)] {
            let title = Some("Engineer".to_owned());
            host.introduce(Card { title, active, ..Card::of(actor, name, "Acme") });
        }
        Self { host, huda, omar, stranger, platform_admin }
    }

    /// Asks for a topic to be opened.
    pub fn post(&self, by: &Actor, topic: &Value) -> Answered {
        self.host.post("/forums/topics").by(by).json(topic).send()
    }

    /// Opens a topic; answers its id.
    pub fn open(&self, by: &Actor, title: &str) -> Uuid {
        self.opened(by, &draft(title))
    }

    /// Opens a topic that only the organization sees; answers its id.
    pub fn open_within(&self, by: &Actor, title: &str) -> Uuid {
        self.opened(by, &with(draft(title), "visibility", json!("organization")))
    }

    /// Opens this topic; answers its id.
    pub fn opened(&self, by: &Actor, topic: &Value) -> Uuid {
        let answer = self.post(by, topic);
        assert_eq!(answer.status, 201, "{}", String::from_utf8_lossy(&answer.body));
        answer.json()["id"].as_str().unwrap().parse().unwrap()
    }

    /// Changes a topic behind the feature's back: `set(id, "is_pinned = $2", true)`.
    pub fn set(&self, topic: Uuid, change: &str, value: impl p2p_sdk::Param) {
        let changed =
            self.host.execute(&format!("UPDATE topics SET {change} WHERE id = $1"), params![topic, value]);
        assert_eq!(changed, 1);
    }

    /// Asks for topics.
    pub fn list(&self, by: &Actor, query: &str) -> Answered {
        self.host.get(&format!("/forums/topics?{query}")).by(by).send()
    }

    /// The titles on a page of topics.
    pub fn titles(&self, by: &Actor, query: &str) -> Vec<String> {
        let answer = self.list(by, query);
        assert_eq!(answer.status, 200, "{query}: {}", String::from_utf8_lossy(&answer.body));
        let page = answer.json();
        page["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|topic| topic["title"].as_str().unwrap().to_owned())
            .collect()
    }

    /// Asks for a topic.
    pub fn read(&self, by: &Actor, id: impl std::fmt::Display) -> Answered {
        self.host.get(&format!("/forums/topics/{id}")).by(by).send()
    }

    /// Adds a post to a topic; answers its id.
    pub fn answer(&self, topic: Uuid, by: &Actor, content: &str) -> Uuid {
        self.add(by, &format!("/forums/topics/{topic}/posts"), &json!({ "content": content }))
    }

    /// Replies to a post; answers the reply's id.
    pub fn reply(&self, post: Uuid, by: &Actor, content: &str) -> Uuid {
        self.add(by, &format!("/forums/posts/{post}/reply"), &json!({ "content": content }))
    }

    /// Answers a reply; answers the id of the new one.
    pub fn reply_to(&self, post: Uuid, parent: Uuid, by: &Actor, content: &str) -> Uuid {
        let body = json!({ "content": content, "parentReplyId": parent });
        self.add(by, &format!("/forums/posts/{post}/reply"), &body)
    }

    fn add(&self, by: &Actor, path: &str, body: &Value) -> Uuid {
        let answer = self.host.post(path).by(by).json(body).send();
        assert_eq!(answer.status, 201, "{}", String::from_utf8_lossy(&answer.body));
        answer.json()["id"].as_str().unwrap().parse().unwrap()
    }

    /// Asks for a post and a page of its replies.
    pub fn read_post(&self, by: &Actor, id: Uuid, query: &str) -> Answered {
        self.host.get(&format!("/forums/posts/{id}?{query}")).by(by).send()
    }

    /// A document that a call left behind: no row tells of it.
    pub fn orphan(&self, topic: Uuid, by: &Actor, content: &str) -> Uuid {
        let id = self.host.new_id();
        let post = crate::posts::PostDocument::new(id, topic, by.user_id, content, self.host.now());
        let insert = "INSERT INTO p2p_documents (collection, id, version, body) VALUES ('posts', $1, 1, $2)";
        self.host.execute(insert, params![id.to_string(), serde_json::to_vec(&post).unwrap()]);
        id
    }

    /// One number of the store.
    pub fn number(&self, query: &str, id: Uuid) -> i64 {
        self.host.query(query, &params![id]).value().unwrap().unwrap()
    }

    /// How many posts are stored, seen or not.
    pub fn posts_stored(&self) -> i64 {
        self.host
            .query("SELECT count(*) FROM p2p_documents WHERE collection = 'posts'", &params![])
            .value()
            .unwrap()
            .unwrap()
    }
}

/// What opens a topic, good in every field.
pub fn draft(title: &str) -> Value {
    json!({ "title": title, "content": "Pump P-101 vibrates above **40 Hz**.", "category": "general" })
}

/// The same with another value in a field.
pub fn with(mut draft: Value, field: &str, value: Value) -> Value {
    draft[field] = value;
    draft
}
