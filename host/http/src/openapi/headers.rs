//! Headers that the host puts on answers, described once.

use serde_json::{Map, Value, json};

/// On every answer of every route.
const ALWAYS: [&str; 1] = ["X-Request-Id"];
/// Where requests are counted.
const COUNTED: [&str; 3] = ["RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"];

/// `components.headers`.
pub fn shared() -> Value {
    let number = |text: &str| json!({"description": text, "schema": {"type": "integer", "minimum": 0}});
    let mut wait = number("Seconds until it is worth another try.");
    if let Value::Object(wait) = &mut wait {
        wait.insert("required".to_owned(), true.into());
    }
    let text = |text: &str| json!({"description": text, "schema": {"type": "string"}});
    json!({
        "X-Request-Id": {"description": "The request's name in the log.", "required": true, "schema": {"type": "string"}},
        "RateLimit-Limit": number("Requests of this kind that a caller has, where they are limited."),
        "RateLimit-Remaining": number("How many of them are left."),
        "RateLimit-Reset": number("Seconds until all of them are back."),
        "Retry-After": wait,
        "front-token": text("`remove`: the browser forgets the session."),
        "st-access-token": text("Empty: the page forgets the token."),
        "st-refresh-token": text("Empty: the page forgets the token."),
        "Set-Cookie": text("The cookies of a session that is over are taken back."),
    })
}

/// Of an error with this status.
pub fn of_problem(status: u16) -> Value {
    let special: &[&str] = match status {
        401 => &["front-token", "st-access-token", "st-refresh-token", "Set-Cookie"],
        429 | 503 => &["Retry-After"],
        _ => &[],
    };
    Value::Object(references(ALWAYS.iter().chain(&COUNTED).chain(special)))
}

/// Adds those that every answer has to a response that went well.
pub fn add(response: &mut Value) {
    let Value::Object(response) = response else { return };
    if response.contains_key("$ref") {
        return;
    }
    let own = references(ALWAYS.iter().chain(&COUNTED));
    match response.get_mut("headers").and_then(Value::as_object_mut) {
        Some(headers) => headers.extend(own),
        None => drop(response.insert("headers".to_owned(), Value::Object(own))),
    }
}

fn references<'a>(names: impl Iterator<Item = &'a &'static str>) -> Map<String, Value> {
    names.map(|name| ((*name).to_owned(), json!({"$ref": format!("#/components/headers/{name}")}))).collect()
}
