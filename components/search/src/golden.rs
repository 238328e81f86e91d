//! The golden set: what people look for, and what should be found, judged by reading. Holds recall and precision above
//! the figures that `golden/README.md` publishes.

use std::collections::BTreeMap;

use p2p_sdk::test_host::Card;
use p2p_sdk::{Role, Uuid};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::fixture::Index;

const CORPUS: &str = include_str!("../golden/corpus.json");
const QUERIES: &str = include_str!("../golden/queries.json");

/// Published: of what should be found, how much is; of what is found on the first ten places, how much should be; how
/// often the first place is right.
const RECALL: f64 = 0.95;
const PRECISION: f64 = 0.98;
const FIRST: f64 = 0.95;
const PLACES: usize = 10;

#[derive(Deserialize)]
struct Thing {
    key: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    organization: String,
    #[serde(default)]
    topic: String,
    #[serde(flatten)]
    fields: serde_json::Map<String, Value>,
}

#[derive(Deserialize)]
struct Query {
    q: String,
    why: String,
    expected: Vec<String>,
}

/// What came of one query.
struct Outcome {
    expected: usize,
    right: usize,
    found: usize,
    first: bool,
}

fn tell(index: &Index, things: &[Thing]) -> BTreeMap<Uuid, String> {
    let mut ids: BTreeMap<&str, Uuid> = BTreeMap::new();
    for thing in things {
        let id = index.host.new_id();
        ids.insert(&thing.key, id);
        let mut fields = thing.fields.clone();
        let mut say = |name: &str, value: Value| fields.insert(name.to_owned(), value);
        let topic = match thing.kind.as_str() {
            "topic" => {
                say("topicId", json!(id));
                "forums.topic.created"
            }
            "post" => {
                say("topicId", json!(ids[thing.topic.as_str()]));
                "forums.post.created"
            }
            "useCase" => {
                say("status", json!("published"));
                "use-cases.use-case.published"
            }
            _ => {
                introduce(index, id, thing);
                say("userId", json!(id));
                "accounts.user.signed-up"
            }
        };
        index.tell(topic, id, &Value::Object(fields));
    }
    ids.into_iter().map(|(key, id)| (id, key.to_owned())).collect()
}

fn introduce(index: &Index, id: Uuid, thing: &Thing) {
    index.host.introduce(Card {
        id,
        name: thing.name.clone(),
        title: thing.fields.get("title").and_then(Value::as_str).map(str::to_owned),
        verified: true,
        active: true,
        role: Role::Member,
        organization: Some((index.host.new_id(), thing.organization.clone())),
    });
}

fn ask(index: &Index, names: &BTreeMap<Uuid, String>, query: &Query) -> Outcome {
    let q: String = query.q.bytes().map(|byte| format!("%{byte:02x}")).collect();
    let found: Vec<&str> =
        index.found(&format!("{q}&limit={PLACES}")).iter().map(|found| names[&found.id].as_str()).collect();
    let is_right = |key: &&str| query.expected.iter().any(|wanted| wanted == key);
    let right = found.iter().filter(|key| is_right(key)).count();
    if right != query.expected.len() || right != found.len() {
        println!("{} ({}): expected {:?}, found {found:?}", query.q, query.why, query.expected);
    }
    let first = found.first().map_or(query.expected.is_empty(), is_right);
    Outcome { expected: query.expected.len(), right, found: found.len(), first }
}

#[test]
fn what_people_look_for_is_found() {
    let things: Vec<Thing> = serde_json::from_str(CORPUS).unwrap();
    let queries: Vec<Query> = serde_json::from_str(QUERIES).unwrap();
    assert!(queries.len() >= 60);
    let index = Index::new();
    let names = tell(&index, &things);
    let outcomes: Vec<Outcome> = queries.iter().map(|query| ask(&index, &names, query)).collect();
    let sum = |of: fn(&Outcome) -> usize| outcomes.iter().map(of).sum::<usize>() as f64;
    let recall = sum(|outcome| outcome.right) / sum(|outcome| outcome.expected);
    let precision = sum(|outcome| outcome.right) / sum(|outcome| outcome.found);
    let first = sum(|outcome| usize::from(outcome.first)) / queries.len() as f64;
    println!(
        "{} things, {} queries: recall {recall:.3}, precision {precision:.3}, first {first:.3}",
        things.len(),
        queries.len()
    );
    assert!(recall >= RECALL, "recall {recall:.3}");
    assert!(precision >= PRECISION, "precision {precision:.3}");
    assert!(first >= FIRST, "first {first:.3}");
}

/// Told again, the same is found: the index does not depend on how often or in which order it was told.
#[test]
fn told_again_nothing_changes() {
    let things: Vec<Thing> = serde_json::from_str(CORPUS).unwrap();
    let index = Index::new();
    let names = tell(&index, &things);
    let before = index.search("/search?q=pump&limit=50").json();
    for thing in things.iter().filter(|thing| thing.kind == "topic") {
        let (id, _) = names.iter().find(|(_, key)| **key == thing.key).unwrap();
        let mut fields = thing.fields.clone();
        fields.insert("topicId".to_owned(), json!(id));
        index.tell("forums.topic.retold", *id, &Value::Object(fields));
    }
    assert_eq!(index.search("/search?q=pump&limit=50").json(), before);
}
