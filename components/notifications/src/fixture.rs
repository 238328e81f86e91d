//! Notifications over the test host, with people in two organizations, for the tests of every verb. Serves nothing else.

use std::time::Duration;

use p2p_sdk::test_host::{Card, TestHost};
use p2p_sdk::{Actor, Params, Role, Uuid, params};
use serde_json::{Value, json};

/// People, and what they are told.
pub struct Network {
    pub host: TestHost,
    pub huda: Actor,
    /// Of Huda's organization.
    pub omar: Actor,
    /// Of another one.
    pub sara: Actor,
    /// Of a third.
    pub layla: Actor,
    /// Of Huda's organization once.
    pub left: Actor,
}

impl Network {
    /// Nobody was told anything yet.
    pub fn new() -> Self {
        Self::with_settings(&json!({}))
    }

    /// The same in a tenant with settings.
    pub fn with_settings(settings: &Value) -> Self {
        let host = TestHost::new(crate::feature()).with_settings(settings);
        let huda = host.person(Role::Member);
        let omar = host.colleague(&huda, Role::Admin);
        let left = host.colleague(&huda, Role::Member);
        let (sara, layla) = (host.person(Role::Member), host.person(Role::Admin));
        for (actor, name, active) in [
            (&huda, "Huda Salem", true),
            (&omar, "Omar Aziz", true),
            (&sara, "Sara Haddad", true),
            (&layla, "Layla Noor", true),
            (&left, "Zaid Amin", false),
        ] {
            host.introduce(card(actor, name, active));
        }
        Self { host, huda, omar, sara, layla, left }
    }

    /// Somebody new whom the directory knows.
    pub fn introduce(&self, name: &str, role: Role) -> Actor {
        let actor = self.host.person(role);
        self.host.introduce(card(&actor, name, true));
        actor
    }

    /// Hears an event of somebody else.
    pub fn hear(&self, topic: &str, payload: &Value) {
        let key = payload["topicId"].as_str().unwrap_or("key");
        assert_eq!(self.host.hear(self.host.new_id(), topic, key, payload), Ok(()), "{topic}");
    }

    /// Omar's reply to his own post in a topic of Huda's.
    pub fn reply_payload(&self) -> Value {
        json!({
            "id": self.host.new_id(), "topicId": self.host.new_id(), "postId": self.host.new_id(),
            "authorId": self.omar.user_id, "organizationId": self.omar.organization_id,
            "visibility": "network", "topicOrganizationId": self.huda.organization_id,
            "title": "Why does it vibrate?", "text": "Look at the bearings.",
            "topicAuthorId": self.huda.user_id, "postAuthorId": self.omar.user_id,
            "createdAt": self.host.now(),
        })
    }

    /// So many of Omar's replies in one topic of Huda's, a second between them; answers the topic.
    pub fn topic_with_replies(&self, count: usize) -> Uuid {
        let first = self.reply_payload();
        for n in 0..count {
            let reply = with(first.clone(), "id", json!(self.host.new_id()));
            self.hear("forums.reply.created", &with(reply, "text", json!(format!("Reply {n}"))));
            self.host.advance(Duration::from_secs(1));
        }
        first["topicId"].as_str().unwrap().parse().unwrap()
    }

    /// Somebody writes to somebody.
    pub fn message(&self, by: &Actor, to: &Actor) {
        let payload = json!({
            "id": self.host.new_id(), "senderId": by.user_id, "receiverId": to.user_id,
            "organizationId": by.organization_id, "createdAt": self.host.now(),
        });
        self.hear("messaging.message.sent", &payload);
        self.host.advance(Duration::from_secs(1));
    }

    /// Changes somebody's preferences.
    pub fn prefer(&self, by: &Actor, changes: &Value) {
        let answer = self.host.patch("/notifications/preferences").by(by).json(changes).send();
        assert_eq!(answer.status, 200, "{}", answer.json());
    }

    /// Lets the feature hear what it told itself, until it has nothing more to say.
    pub fn settle(&self) {
        let own: Vec<_> =
            self.host.feature().topics().filter(|topic| topic.starts_with("notifications.")).collect();
        loop {
            let mut events = self.host.events();
            events.retain(|event| own.iter().any(|topic| *topic == event.topic));
            if events.is_empty() {
                return;
            }
            for event in events {
                let payload: Value = serde_json::from_slice(&event.payload).unwrap();
                assert_eq!(self.host.hear(self.host.new_id(), &event.topic, &event.key, &payload), Ok(()));
            }
        }
    }

    /// Settles, and answers the templates of the letters that went out since this was asked last.
    pub fn mailed(&self) -> Vec<String> {
        self.settle();
        self.host.letters().into_iter().map(|letter| letter.template).collect()
    }

    /// Lets a day pass with its summaries. The letters stay to be read.
    pub fn pass_a_day(&self) {
        self.host.advance(Duration::from_secs(24 * 60 * 60));
        assert_eq!(self.host.run_job("digest", self.host.now()), Ok(()));
        self.settle();
    }

    /// What somebody finds in their list.
    pub fn told(&self, by: &Actor) -> Vec<Value> {
        let answer = self.host.get("/notifications?limit=100").by(by).send();
        assert_eq!(answer.status, 200);
        answer.json()["items"].as_array().unwrap().clone()
    }

    /// The number at somebody's bell.
    pub fn unread(&self, by: &Actor) -> i64 {
        self.host.get("/notifications/unread-count").by(by).send().json()["count"].as_i64().unwrap()
    }

    /// One number of the store.
    pub fn number(&self, query: &str) -> i64 {
        self.host.query(query, &params![]).value().unwrap().unwrap()
    }

    /// How the store would do it.
    pub fn plan(&self, text: &str, params: &Params) -> String {
        self.host.plan(text, params).join("\n")
    }
}

fn card(actor: &Actor, name: &str, active: bool) -> Card {
    Card { title: Some("Engineer".to_owned()), active, ..Card::of(actor, name, "Acme") }
}

/// The same with another value in a field.
pub fn with(mut value: Value, field: &str, other: Value) -> Value {
    value[field] = other;
    value
}
