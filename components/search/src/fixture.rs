//! An index over the test host, fed by events as the other features tell them. Serves tests only.

use p2p_sdk::test_host::{Answered, Card, TestHost};
use p2p_sdk::{Actor, Role, Uuid, params};
use serde_json::{Value, json};

/// An index, and people who search it.
pub struct Index {
    pub host: TestHost,
    pub huda: Actor,
    /// Of another organization. Searches, unless a test says otherwise.
    pub stranger: Actor,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub id: Uuid,
    pub kind: &'static str,
}

impl Found {
    /// A topic.
    pub fn topic(id: Uuid) -> Self {
        Self { id, kind: "topic" }
    }
}

impl Index {
    /// An empty index. The directory knows Huda.
    pub fn new() -> Self {
        let host = TestHost::new(crate::feature());
        let (huda, stranger) = (host.person(Role::Member), host.person(Role::Member));
        let index = Self { host, huda, stranger };
        index.introduce(&index.huda, "Huda Salem", "Acme");
        index
    }

    /// Makes somebody known to the directory, under this name.
    pub fn introduce(&self, actor: &Actor, name: &str, organization: &str) {
        self.host.introduce(card(actor, name, organization, true));
    }

    /// Lets Huda sign in, or no longer.
    pub fn set_active(&self, actor: &Actor, active: bool) {
        self.host.introduce(card(actor, "Huda Salem", "Acme", active));
    }

    /// What the feature hears of a thing: these fields over what every event has.
    pub fn payload(&self, id: Uuid, fields: &Value) -> Value {
        let mut payload = json!({ "id": id, "authorId": self.huda.user_id, "organizationId": self.huda.organization_id,
            "visibility": "network", "topicOrganizationId": self.huda.organization_id });
        for (name, value) in fields.as_object().unwrap() {
            payload[name] = value.clone();
        }
        payload
    }

    /// Tells an event.
    pub fn tell(&self, topic: &str, id: Uuid, fields: &Value) {
        let told = self.host.hear(self.host.new_id(), topic, id, &self.payload(id, fields));
        assert_eq!(told, Ok(()), "{topic}");
    }

    /// Tells of a topic; answers its id.
    pub fn topic(&self, title: &str, text: &str) -> Uuid {
        let id = self.host.new_id();
        self.tell(
            "forums.topic.created",
            id,
            &json!({ "topicId": id, "title": title, "category": "general", "tags": [],
            "slug": "slug", "excerpt": text, "text": text, "createdAt": self.host.now() }),
        );
        id
    }

    /// Tells of a topic that only an organization sees; answers its id.
    pub fn topic_within(&self, actor: &Actor, title: &str) -> Uuid {
        let id = self.host.new_id();
        self.tell(
            "forums.topic.created",
            id,
            &json!({ "topicId": id, "title": title, "visibility": "organization",
            "topicOrganizationId": actor.organization_id }),
        );
        id
    }

    /// Tells of a post; answers its id.
    pub fn post(&self, topic: Uuid, text: &str) -> Uuid {
        let id = self.host.new_id();
        self.tell(
            "forums.post.created",
            id,
            &json!({ "topicId": topic, "title": "Cavitation in the feed pump", "text": text }),
        );
        id
    }

    /// Tells of a reply; answers its id.
    pub fn reply(&self, topic: Uuid, post: Uuid, text: &str) -> Uuid {
        let id = self.host.new_id();
        self.tell(
            "forums.reply.created",
            id,
            &json!({ "topicId": topic, "postId": post, "text": text,
            "title": "Cavitation in the feed pump" }),
        );
        id
    }

    /// So many topics of one title, straight into the store.
    pub fn many(&self, count: i64, title: &str) {
        let first = self.topic(title, "-");
        let numbers = "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < $1)";
        let copy = format!(
            "{numbers} INSERT INTO entries (id, kind, topic_id, author_id, title, body, category, industry, city, \
            tags, technologies, created_at) SELECT randomblob(16), 'topic', topic_id, author_id, title, body, category, \
            industry, city, tags, technologies, created_at + n FROM entries, n WHERE id = $2"
        );
        self.host.execute(&copy, params![count - 1, first]);
        let words = "INSERT OR REPLACE INTO entry_words (rowid, title_words, tag_words, body_words) \
            SELECT number, $1, '', '' FROM entries";
        self.host.execute(words, params![title.to_lowercase()]);
    }

    /// Searches as somebody of no importance.
    pub fn search(&self, path: &str) -> Answered {
        self.search_by(&self.stranger, path)
    }

    /// Searches.
    pub fn search_by(&self, actor: &Actor, path: &str) -> Answered {
        self.host.get(path).by(actor).send()
    }

    /// What the global search finds.
    pub fn found(&self, query: &str) -> Vec<Found> {
        let answer = self.search(&format!("/search?q={query}"));
        assert_eq!(answer.status, 200, "{query}: {}", String::from_utf8_lossy(&answer.body));
        let page = answer.json();
        let kinds = ["topic", "post", "reply", "useCase", "user"];
        let found = |item: &Value| Found {
            id: item["id"].as_str().unwrap().parse().unwrap(),
            kind: kinds.into_iter().find(|kind| item["type"] == *kind).unwrap(),
        };
        page["items"].as_array().unwrap().iter().map(found).collect()
    }
}

fn card(actor: &Actor, name: &str, organization: &str, active: bool) -> Card {
    Card { title: Some("Engineer".to_owned()), active, ..Card::of(actor, name, organization) }
}

/// The ids of the items on a page.
pub fn ids(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().unwrap();
    items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}
