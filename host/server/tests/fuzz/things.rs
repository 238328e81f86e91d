//! What there is in the demo, by id, so that made-up requests also meet something.

use std::collections::BTreeMap;

use p2p_test_support::people::Person;
use serde_json::{Value, json};

/// As `schemathesis.toml` calls them.
const KINDS: [&str; 6] = ["topics", "posts", "replies", "cases", "messages", "people"];
/// So many topics are enough to have posts and replies of.
const TOPICS: usize = 4;

/// Ids by kind.
pub struct Things(BTreeMap<&'static str, Vec<String>>);

impl Things {
    /// What nobody has.
    pub fn none() -> Self {
        let nobodys = || vec!["01a1c3f0-0000-7000-8000-000000000000".to_owned()];
        Self(KINDS.into_iter().map(|kind| (kind, nobodys())).collect())
    }

    /// What this person sees.
    pub async fn of(person: &Person) -> Self {
        let topics = ids(&items(person, "/forums/topics?limit=100").await, "/id");
        let mut posts = Vec::new();
        for topic in topics.iter().take(TOPICS) {
            posts.extend(items(person, &format!("/forums/topics/{topic}/posts")).await);
        }
        let replies = posts.iter().flat_map(|post| post["replies"].as_array().unwrap()).cloned();
        let replies = ids(&replies.collect::<Vec<_>>(), "/id");
        let mut people = ids(&items(person, "/organizations/members").await, "/id");
        let mut messages = Vec::new();
        for other in ids(&items(person, "/messages").await, "/user/id") {
            messages.extend(ids(&items(person, &format!("/messages/{other}")).await, "/id"));
            people.push(other);
        }
        let cases = ids(&items(person, "/use-cases?limit=100").await, "/id");
        let found = [topics, ids(&posts, "/id"), replies, cases, messages, people];
        Self(KINDS.into_iter().zip(found).collect())
    }

    /// As they stand in a configuration. A list of texts is written in TOML as it is in JSON.
    pub fn dictionaries(&self) -> String {
        let dictionary = |(kind, ids): (&&str, &Vec<String>)| {
            assert!(!ids.is_empty(), "the demo has no {kind}");
            format!("[dictionaries.{kind}]\nvalues = {}\n", json!(ids))
        };
        self.0.iter().map(dictionary).collect()
    }
}

async fn items(person: &Person, path: &str) -> Vec<Value> {
    person.get(path).await.expect(200).json["items"].as_array().unwrap().clone()
}

fn ids(items: &[Value], pointer: &str) -> Vec<String> {
    items.iter().map(|item| item.pointer(pointer).unwrap().as_str().unwrap().to_owned()).collect()
}
