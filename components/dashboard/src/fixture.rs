//! A dashboard over the test host, with people in two organizations and what other features would tell of them, for the
//! tests of every part. Serves nothing else.

use std::time::Duration;

use p2p_sdk::test_host::{Card, TestHost};
use p2p_sdk::{Actor, Role, Uuid, params};
use serde_json::{Value, json};

/// A dashboard and who looks at it.
pub struct Board {
    pub host: TestHost,
    pub layla: Actor,
    /// A member of Layla's organization.
    pub omar: Actor,
    /// An admin of another one.
    pub stranger: Actor,
    pub platform_admin: Actor,
}

impl Board {
    /// Nothing was told yet. The directory knows Layla, an admin, and Omar.
    pub fn new() -> Self {
        let host = TestHost::new(crate::feature());
        let layla = host.person(Role::Admin);
        let omar = host.colleague(&layla, Role::Member);
        let stranger = host.person(Role::Admin);
        let platform_admin = Actor { platform_admin: true, ..host.person(Role::Member) };
        for (actor, name) in [(&layla, "Layla Noor"), (&omar, "Omar Aziz")] {
            host.introduce(Card::of(actor, name, "Nakheel"));
        }
        Self { host, layla, omar, stranger, platform_admin }
    }

    /// Tells something, and lets the feature hear what it tells itself.
    pub fn tell(&self, topic: &str, payload: &Value) {
        self.deliver(self.host.new_id(), topic, payload);
    }

    /// The same under the id of a delivery. A second passes, so that what comes next is later.
    pub fn deliver(&self, delivery: Uuid, topic: &str, payload: &Value) {
        assert_eq!(self.host.hear(delivery, topic, "key", payload), Ok(()), "{topic} {payload}");
        for event in self.host.events() {
            let payload: Value = serde_json::from_slice(&event.payload).unwrap();
            assert_eq!(self.host.hear(self.host.new_id(), &event.topic, &event.key, &payload), Ok(()));
        }
        self.host.advance(Duration::from_secs(1));
    }

    /// Tells a payload with other values in some fields, and looks whether all counters are right.
    pub fn told(&self, topic: &str, mut payload: Value, more: &Value) {
        for (name, value) in more.as_object().unwrap() {
            payload[name] = value.clone();
        }
        self.tell(topic, &payload);
        self.assert_counted();
    }

    /// Topics, posts, replies and best answers of somebody.
    pub fn made(&self, by: &Actor) -> [i64; 4] {
        let user = &self.stats(by)["user"];
        ["topics", "posts", "replies", "bestAnswers"].map(|name| user[name].as_i64().unwrap())
    }

    /// Opens a topic; answers its id.
    pub fn topic(&self, by: &Actor, title: &str) -> Uuid {
        let id = self.host.new_id();
        self.tell("forums.topic.created", &self.topic_payload(by, id, title));
        id
    }

    /// Opens a topic that its organization alone sees; answers its id.
    pub fn topic_within(&self, by: &Actor, title: &str) -> Uuid {
        let id = self.host.new_id();
        let mut payload = self.topic_payload(by, id, title);
        payload["visibility"] = json!("organization");
        self.tell("forums.topic.created", &payload);
        id
    }

    /// Answers a topic; answers the post's id.
    pub fn post(&self, topic: Uuid, by: &Actor) -> Uuid {
        let id = self.host.new_id();
        self.tell("forums.post.created", &self.post_payload(topic, id, by));
        id
    }

    /// Replies to a post; answers the reply's id.
    pub fn reply(&self, topic: Uuid, post: Uuid, by: &Actor) -> Uuid {
        let id = self.host.new_id();
        self.tell("forums.reply.created", &self.reply_payload(topic, post, id, by));
        id
    }

    /// What is told of a topic.
    pub fn topic_payload(&self, by: &Actor, id: Uuid, title: &str) -> Value {
        json!({
            "id": id, "topicId": id, "authorId": by.user_id, "organizationId": by.organization_id,
            "visibility": "network", "topicOrganizationId": by.organization_id, "title": title,
            "slug": title.to_lowercase().replace(' ', "-"), "category": "general", "tags": [],
            "createdAt": self.host.now(),
        })
    }

    /// What is told of a post.
    pub fn post_payload(&self, topic: Uuid, id: Uuid, by: &Actor) -> Value {
        json!({
            "id": id, "topicId": topic, "authorId": by.user_id, "organizationId": by.organization_id,
            "visibility": "network", "topicOrganizationId": null, "title": "Its topic", "createdAt": self.host.now(),
        })
    }

    /// What is told of a reply.
    pub fn reply_payload(&self, topic: Uuid, post: Uuid, id: Uuid, by: &Actor) -> Value {
        let mut payload = self.post_payload(topic, id, by);
        payload["postId"] = json!(post);
        payload
    }

    /// Somebody likes what an author wrote, or no longer; so many do by now.
    pub fn like(&self, mut payload: Value, by: &Actor, liked: bool, count: i64) {
        let is_reply = payload.get("postId").is_some();
        payload["actorId"] = json!(by.user_id);
        payload["liked"] = json!(liked);
        if !is_reply {
            payload["postId"] = payload["id"].clone();
        }
        payload["count"] = json!(count);
        let topic = match payload.get("status") {
            Some(_) => "use-cases.use-case.liked",
            None if is_reply => "forums.reply.liked",
            None => "forums.post.liked",
        };
        self.tell(topic, &payload);
    }

    /// What is told of how somebody stands.
    pub fn standing(&self, of: &Actor) -> Value {
        json!({ "userId": of.user_id, "organizationId": of.organization_id, "role": of.role.as_str() })
    }

    /// A message from one to another.
    pub fn message(&self, from: &Actor, to: &Actor) {
        let sent = json!({
            "id": self.host.new_id(), "senderId": from.user_id, "receiverId": to.user_id,
            "organizationId": from.organization_id, "createdAt": self.host.now(),
        });
        self.tell("messaging.message.sent", &sent);
    }

    /// What the dashboard says to somebody.
    pub fn stats(&self, by: &Actor) -> Value {
        let answer = self.host.get("/dashboard/stats").by(by).send();
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
        answer.json()
    }

    /// Every counter is what the rows say, and so is every week.
    pub fn assert_counted(&self) {
        let counted = "FROM things WHERE status IN ('open', 'hidden')";
        let counters = format!(
            "SELECT count(*) FROM (\
                SELECT author_id AS owner_id, counter AS name, count(*) AS value {counted} GROUP BY 1, 2 \
                UNION ALL SELECT organization_id, counter, count(*) {counted} AND organization_id IS NOT NULL GROUP BY 1, 2 \
                UNION ALL SELECT author_id, 'best-answers', count(*) {counted} AND is_best GROUP BY 1, 2 \
                UNION ALL SELECT author_id, 'likes', sum(likes) {counted} AND likes > 0 GROUP BY 1, 2\
            ) AS wanted FULL JOIN (SELECT * FROM counters WHERE value <> 0) AS kept \
            ON kept.owner_id = wanted.owner_id AND kept.name = wanted.name \
            WHERE kept.value IS DISTINCT FROM wanted.value"
        );
        let weeks = format!(
            "SELECT count(*) FROM (\
                SELECT author_id, week, counter, count(*) AS value {counted} GROUP BY 1, 2, 3\
            ) AS wanted FULL JOIN (SELECT * FROM weeks WHERE value <> 0) AS kept \
            ON kept.user_id = wanted.author_id AND kept.week = wanted.week AND kept.name = wanted.counter \
            WHERE kept.value IS DISTINCT FROM wanted.value"
        );
        for text in [counters, weeks] {
            assert_eq!(self.host.query(&text, &params![]).value::<i64>().unwrap(), Some(0), "{text}");
        }
    }
}

/// What is told of a use case in a state.
pub fn use_case(id: Uuid, by: &Actor, status: &str) -> Value {
    json!({
        "id": id, "authorId": by.user_id, "organizationId": by.organization_id, "title": "Less scrap",
        "slug": "less-scrap", "status": status, "industry": "Manufacturing", "technology": ["AI"], "city": "Riyadh",
        "tags": [], "createdAt": crate::moments::made_at(id),
    })
}
