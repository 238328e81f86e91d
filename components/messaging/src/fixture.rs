//! Messages over the test host, with people in two organizations, for the tests of every verb. Serves nothing else.

use p2p_sdk::test_host::{Answered, Card, Sending, TestHost};
use p2p_sdk::{Actor, Method, Role, Uuid, params};
use serde_json::{Value, json};

/// Messages and who writes them.
pub struct Mail {
    pub host: TestHost,
    pub huda: Actor,
    /// Of Huda's organization.
    pub omar: Actor,
    /// Of another one.
    pub sara: Actor,
    /// Left; may still act in a test, as before they left.
    pub gone: Actor,
}

impl Mail {
    /// No messages yet.
    pub fn new() -> Self {
        let host = TestHost::new(crate::feature());
        let huda = host.person(Role::Member);
        let omar = host.colleague(&huda, Role::Admin);
        let (sara, gone) = (host.person(Role::Admin), host.person(Role::Member));
        let mail = Self { host, huda, omar, sara, gone };
        for (actor, name, active) in [
            (&mail.huda, "Huda Salem", true),
            (&mail.omar, "Omar Aziz", true),
            (&mail.sara, "Sara Nasser", true),
            (&mail.gone, "Ali Hassan", false),
        ] {
            mail.introduce(actor, name, active);
        }
        mail
    }

    /// Somebody new whom the directory knows.
    pub fn newcomer(&self, name: &str) -> Actor {
        let actor = self.host.person(Role::Member);
        self.introduce(&actor, name, true);
        actor
    }

    fn introduce(&self, actor: &Actor, name: &str, active: bool) {
        self.host.introduce(Card { active, ..Card::of(actor, name, "Acme") });
    }

    /// A message on its way.
    pub fn sending(&self, by: &Actor, to: &Actor, content: &str) -> Sending<'_> {
        let body = json!({ "receiverId": to.user_id, "content": content });
        self.host.post("/messages").by(by).json(&body)
    }

    /// Asks for a message to be sent.
    pub fn send(&self, by: &Actor, to: &Actor, content: &str) -> Answered {
        self.sending(by, to, content).send()
    }

    /// Sends a message; answers its id.
    pub fn say(&self, by: &Actor, to: &Actor, content: &str) -> Uuid {
        let answer = self.send(by, to, content);
        assert_eq!(answer.status, 201, "{}", String::from_utf8_lossy(&answer.body));
        answer.json()["id"].as_str().unwrap().parse().unwrap()
    }

    /// Deletes a message.
    pub fn remove(&self, by: &Actor, id: Uuid) {
        let answer = self.host.delete(&format!("/messages/{id}")).by(by).send();
        assert_eq!(answer.status, 204, "{}", String::from_utf8_lossy(&answer.body));
    }

    /// A page of a conversation.
    pub fn history(&self, by: &Actor, with: &Actor, query: &str) -> Value {
        let answer = self.host.get(&format!("/messages/{}?{query}", with.user_id)).by(by).send();
        assert_eq!(answer.status, 200, "{query}: {}", String::from_utf8_lossy(&answer.body));
        answer.json()
    }

    /// What the messages on a page say.
    pub fn contents(page: &Value) -> Vec<String> {
        let items = page["items"].as_array().unwrap();
        items.iter().map(|message| message["content"].as_str().unwrap().to_owned()).collect()
    }

    /// The first page of somebody's conversations.
    pub fn conversations(&self, by: &Actor) -> Value {
        let answer = self.host.get("/messages").by(by).send();
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
        answer.json()
    }

    /// How many messages somebody has not read.
    pub fn unread(&self, by: &Actor) -> i64 {
        let answer = self.host.get("/messages/unread-count").by(by).send();
        assert_eq!(answer.status, 200);
        answer.json()["count"].as_i64().unwrap()
    }

    /// Asks for somebody to be blocked, or no longer.
    pub fn block(&self, method: Method, by: &Actor, whom: Uuid) -> Answered {
        self.host.request(method, &format!("/messages/blocked/{whom}")).by(by).send()
    }

    /// One number of the store.
    pub fn number(&self, query: &str, id: Uuid) -> i64 {
        self.host.query(query, &params![id]).value().unwrap().unwrap()
    }
}
