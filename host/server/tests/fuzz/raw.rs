//! What no generator writes, because it is no text or no JSON, at every operation in turn: in each parameter, and as each
//! member of the example of a body. The person who sends it holds each answer against the document.

use p2p_test_support::people::{Answer, Person};
use reqwest::Method;
use serde_json::{Map, Value};

/// In paths and queries: NUL, no UTF-8 twice, half a code point, too large, no number, out of the folder, no percent code.
const TEXTS: [&str; 8] =
    ["a%00b", "%FF", "%C3%28", "%ED%A0%80", "-9223372036854775809", "NaN", "%2e%2e%2f", "%zz"];
/// In bodies.
const VALUES: [&str; 8] = [
    r#""\u0000""#,
    r#""\ud800""#,
    r#"["\u0000"]"#,
    "123456789012345678901234567890",
    "1e999",
    "[[[[[[[[[[]]]]]]]]]]",
    r#"{"a":{}}"#,
    "\"\u{202e}\u{feff}\"",
];
/// Instead of bodies.
const BODIES: [&str; 4] = ["", "\u{feff}{}", "null", "[[[[[[[[[["];
const NOBODYS: &str = "01a1c3f0-0000-7000-8000-000000000000";

/// Sends all of it but to some operations, as `POST /api/v1/auth/logout`.
pub async fn ask(person: &Person, document: &Value, but: &[&str]) {
    for (path, item) in document["paths"].as_object().unwrap() {
        let Some(below) = path.strip_prefix("/api/v1") else { continue };
        for (method, operation) in item.as_object().unwrap() {
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            if but.contains(&format!("{method} {path}").as_str()) {
                continue;
            }
            for target in targets(below, operation) {
                served(&method, &target, person.send(method.clone(), &target, None, &[]).await);
            }
            for body in bodies(operation) {
                let target = filled(below, NOBODYS);
                served(&method, &body, person.send(method.clone(), &target, Some(body.clone()), &[]).await);
            }
        }
    }
}

#[track_caller]
fn served(method: &Method, sent: &str, answer: Answer) {
    assert!(answer.status < 500, "{method} {sent}: {} {}", answer.status, answer.text);
}

/// Each text in each parameter of an operation, the others being as they should.
fn targets(path: &str, operation: &Value) -> Vec<String> {
    let mut targets = Vec::new();
    let queries = parameters(operation, "query");
    // What must be there beside the one that is wrong.
    let needed: String = queries
        .iter()
        .filter(|query| query["required"] == true)
        .map(|query| format!("&{}=press", query["name"].as_str().unwrap()))
        .collect();
    for text in TEXTS {
        if path.contains('{') {
            targets.push(format!("{}?{needed}", filled(path, text)));
        }
        for query in &queries {
            let name = query["name"].as_str().unwrap();
            let others = needed.replace(&format!("&{name}=press"), "");
            targets.push(format!("{}?{name}={text}{others}", filled(path, NOBODYS)));
        }
    }
    targets
}

fn parameters<'a>(operation: &'a Value, place: &str) -> Vec<&'a Value> {
    let all = operation["parameters"].as_array().into_iter().flatten();
    all.filter(|parameter| parameter["in"] == place).collect()
}

/// The path with this in every place for something.
fn filled(path: &str, text: &str) -> String {
    let segment = |segment: &str| if segment.starts_with('{') { text.to_owned() } else { segment.to_owned() };
    path.split('/').map(segment).collect::<Vec<_>>().join("/")
}

fn bodies(operation: &Value) -> Vec<String> {
    let content = &operation["requestBody"]["content"]["application/json"];
    let Some(example) = content["example"].as_object() else { return Vec::new() };
    let with = |name: &String, value: &str| {
        let others: Map<String, Value> =
            example.clone().into_iter().filter(|(other, _)| other != name).collect();
        let others = Value::Object(others).to_string();
        let comma = if others == "{}" { "" } else { "," };
        format!("{{\"{name}\":{value}{comma}{}", others.trim_start_matches('{'))
    };
    let wrong = example.keys().flat_map(|name| VALUES.map(|value| with(name, value)));
    wrong.chain(BODIES.map(str::to_owned)).collect()
}
