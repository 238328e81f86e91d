//! What of the owner's organization the samples name. In a path or a body a word of capitals, four or more, stands for
//! a thing, which the module of its feature makes.

use std::collections::HashMap;

use p2p_test_support::people::{Answer, Person};

use crate::case::Case;
use crate::stage::Stage;
use crate::{accounts, forums, messaging, notifications, use_cases};

/// Letters of the shortest name of a thing.
const SHORTEST: usize = 4;
/// Begins the names of things that belong to whoever asks. Somebody without a session is given another's.
const OWN: &str = "MY_";

/// Those that were made for reading.
#[derive(Default)]
pub struct Things(HashMap<String, String>);

impl Things {
    /// Path and body of a request. Whoever only reads shares things; every change has some of its own.
    pub async fn fill(&mut self, stage: &Stage, case: &Case, asker: &Person) -> (String, Option<String>) {
        let (mut path, mut body) = (case.sample.clone(), case.body.as_ref().map(ToString::to_string));
        for name in names(&format!("{path} {}", body.as_deref().unwrap_or_default())) {
            let is_shared = case.method.is_safe() && !name.starts_with(OWN);
            let thing = match self.0.get(&name).filter(|_| is_shared) {
                Some(thing) => thing.clone(),
                None => self.make(stage, asker, &name).await,
            };
            path = path.replace(&name, &thing);
            body = body.map(|body| body.replace(&name, &thing));
            self.0.insert(name, thing);
        }
        (path, body)
    }

    async fn make(&self, stage: &Stage, asker: &Person, name: &str) -> String {
        if name == "ADDRESS" {
            return stage.address("nowhere.example");
        }
        if let Some(thing) = accounts::make(stage, name).await {
            return thing;
        }
        if let Some(thing) = forums::make(stage, name).await {
            return thing;
        }
        if let Some(thing) = use_cases::make(stage, &self.0, name).await {
            return thing;
        }
        if let Some(thing) = messaging::make(stage, asker, name).await {
            return thing;
        }
        let thing = notifications::make(stage, asker, name).await;
        thing.unwrap_or_else(|| panic!("no feature makes a thing called {name}"))
    }
}

/// Each name once; longer ones first, so that none is a part of another.
fn names(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_ascii_uppercase() && c != '_');
    let mut names: Vec<_> = words.filter(|word| word.len() >= SHORTEST).map(str::to_owned).collect();
    names.sort_by_key(|name| (std::cmp::Reverse(name.len()), name.clone()));
    names.dedup();
    names
}

/// The id of what was made.
pub fn id(answer: Answer) -> String {
    answer.json["id"].as_str().expect("what is made has an id").to_owned()
}

#[test]
fn things_are_words_of_capitals() {
    assert_eq!(names(r#"/a/TOPIC/SA {"email":"ADDRESS","x":"TOPIC","y":"Saw"}"#), ["ADDRESS", "TOPIC"]);
}
