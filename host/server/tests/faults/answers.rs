//! What may be answered while a store is away: success, or a refusal in time that says so in the form of the contract.

use std::time::{Duration, Instant};

use p2p_test_support::people::{Answer, Person};
use reqwest::Method;
use serde_json::Value;

/// Longest request of the server under test.
pub const DEADLINE: Duration = Duration::from_secs(3);
/// The same, with what a busy machine may add.
pub const LONGEST: Duration = Duration::from_secs(5);

/// What there is to say of an answer.
#[derive(Debug)]
pub enum Judged {
    /// What was asked for.
    Fine(Value),
    /// Not now, said as it should be, with this status.
    Refused(u16),
    /// Anything else.
    Wrong(String),
}

/// Reads, and judges what is answered.
pub async fn get(person: &Person, path: &str) -> Judged {
    send(person, Method::GET, path, None, 200).await
}

/// Writes, and judges what is answered.
pub async fn post(person: &Person, path: &str, body: &Value) -> Judged {
    send(person, Method::POST, path, Some(body.to_string()), 201).await
}

async fn send(person: &Person, method: Method, path: &str, body: Option<String>, fine: u16) -> Judged {
    let what = format!("{method} {path}");
    let began = Instant::now();
    let sent = tokio::time::timeout(DEADLINE * 5, person.send(method, path, body, &[])).await;
    let took = began.elapsed();
    match sent {
        Ok(answer) if took > LONGEST => Judged::Wrong(format!("{what}: {} after {took:?}", answer.status)),
        Ok(answer) if answer.status == fine => Judged::Fine(answer.json),
        Ok(answer) => match complaint(&answer) {
            None => Judged::Refused(answer.status),
            Some(complaint) => {
                Judged::Wrong(format!("{what}: {complaint}: {} {}", answer.status, answer.text))
            }
        },
        Err(_) => Judged::Wrong(format!("{what}: no answer in {took:?}")),
    }
}

fn complaint(answer: &Answer) -> Option<&'static str> {
    let code = match answer.status {
        503 if !answer.headers.contains_key("retry-after") => return Some("no Retry-After"),
        503 => ["FEATURE_UNAVAILABLE", "BUSY"].contains(&answer.code()),
        504 => answer.code() == "DEADLINE",
        _ => return Some("a status for something else"),
    };
    let members = ["message", "error_code", "details", "request_id"];
    let is_whole = members.iter().all(|name| answer.json.get(name).is_some());
    if code && is_whole { None } else { Some("not the envelope") }
}
