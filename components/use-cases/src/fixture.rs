//! Use cases over the test host, with people in two organizations, for the tests of every verb. Serves nothing else.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use p2p_sdk::test_host::{Answered, Card, TestHost};
use p2p_sdk::{Actor, Role, Uuid, params};
use serde_json::{Value, json};

/// Use cases and who looks at them.
pub struct Atlas {
    pub host: TestHost,
    pub huda: Actor,
    /// Of Huda's organization, and its admin.
    pub omar: Actor,
    /// Of another one.
    pub stranger: Actor,
    pub platform_admin: Actor,
}

impl Atlas {
    /// None yet. The directory knows Huda; Omar has left.
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

    /// Asks for a use case to be begun.
    pub fn post(&self, by: &Actor, case: &Value) -> Answered {
        self.host.post("/use-cases").by(by).json(case).send()
    }

    /// Begins this one; answers its id.
    pub fn begun(&self, by: &Actor, case: &Value) -> Uuid {
        let answer = self.post(by, case);
        assert_eq!(answer.status, 201, "{}", String::from_utf8_lossy(&answer.body));
        answer.json()["id"].as_str().unwrap().parse().unwrap()
    }

    /// Publishes this one; answers its id.
    pub fn published(&self, by: &Actor, case: &Value) -> Uuid {
        let id = self.begun(by, case);
        let answer = self.host.post(&format!("/use-cases/{id}/publish")).by(by).send();
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
        id
    }

    /// Archives a published one.
    pub fn archive(&self, by: &Actor, id: Uuid) {
        assert_eq!(self.host.delete(&format!("/use-cases/{id}")).by(by).send().status, 204);
    }

    /// Adds a file of ten bytes as Huda; answers its id.
    pub fn file(&self, id: Uuid, name: &str, media_type: &str) -> Uuid {
        let upload = self.host.stage("file", name, media_type, b"ten bytes.");
        let answer = self.host.post(&format!("/use-cases/{id}/media")).by(&self.huda).upload(upload).send();
        assert_eq!(answer.status, 201, "{}", String::from_utf8_lossy(&answer.body));
        answer.json()["media"][0]["id"].as_str().unwrap().parse().unwrap()
    }

    /// Changes a row behind the feature's back: `set(id, "views = $2", 7i64)`.
    pub fn set(&self, id: Uuid, change: &str, value: impl p2p_sdk::Param) {
        let text = format!("UPDATE use_cases SET {change} WHERE id = $1");
        assert_eq!(self.host.execute(&text, params![id, value]), 1);
    }

    /// Asks for use cases.
    pub fn list(&self, by: Option<&Actor>, query: &str) -> Answered {
        let get = self.host.get(&format!("/use-cases?{query}"));
        match by {
            Some(by) => get.by(by).send(),
            None => get.send(),
        }
    }

    /// The titles on a page of use cases.
    pub fn titles(&self, by: Option<&Actor>, query: &str) -> Vec<String> {
        let answer = self.list(by, query);
        assert_eq!(answer.status, 200, "{query}: {}", String::from_utf8_lossy(&answer.body));
        Self::titles_of(&answer.json())
    }

    /// The titles on this page.
    pub fn titles_of(page: &Value) -> Vec<String> {
        let items = page["items"].as_array().unwrap().iter();
        items.map(|card| card["title"].as_str().unwrap().to_owned()).collect()
    }

    /// Asks for a use case.
    pub fn read(&self, by: Option<&Actor>, id: impl std::fmt::Display) -> Answered {
        let get = self.host.get(&format!("/use-cases/{id}"));
        match by {
            Some(by) => get.by(by).send(),
            None => get.send(),
        }
    }

    /// What was told since this was asked last.
    pub fn told(&self) -> Vec<(String, Value)> {
        let events = self.host.events().into_iter();
        events.map(|event| (event.topic, serde_json::from_slice(&event.payload).unwrap())).collect()
    }

    /// One number of the store.
    pub fn number(&self, query: &str, id: Uuid) -> i64 {
        self.host.query(query, &params![id]).value().unwrap().unwrap()
    }

    /// Whether there is a file of this name.
    pub fn blob(&self, name: &str) -> bool {
        let mut found = pin!(self.host.host().blobs.as_ref().unwrap().head(name));
        match found.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(found) => found.unwrap().is_some(),
            Poll::Pending => panic!("the fake store answers at once"),
        }
    }

    /// How many files are being kept.
    pub fn pending(&self) -> i64 {
        self.host.query("SELECT count(*) FROM pending_files", &params![]).value().unwrap().unwrap()
    }

    /// How many documents are stored, seen or not.
    pub fn documents(&self) -> i64 {
        self.host.query("SELECT count(*) FROM p2p_documents", &params![]).value().unwrap().unwrap()
    }
}

/// What begins a use case, with no more than it needs.
pub fn draft(title: &str) -> Value {
    json!({ "title": title })
}

/// What can be published.
pub fn complete(title: &str) -> Value {
    json!({
        "title": title,
        "industry": "Manufacturing",
        "technology": ["AI", "IoT"],
        "problemStatement": "One part in **twenty** was bad.",
        "solution": "A camera over each mould.",
        "outcomes": { "costSavings": "20%", "efficiencyGain": "30%", "roiTimeline": "6 months" },
        "vendorInfo": { "name": "Sahm", "contact": "sales@sahm.example" },
        "location": { "city": "Riyadh", "coordinates": [24.7136, 46.6753] },
        "tags": ["automation", "quality-control"],
    })
}

/// The same with another value in a field.
pub fn with(mut case: Value, field: &str, value: Value) -> Value {
    case[field] = value;
    case
}
