//! The same component file under a host that is not ours: `wasmtime serve` calls its `wasi:http/handler` and gets the
//! answers that our host gets.

#![cfg(test)]

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use http::Method;
use p2p_test_support::built;
use p2p_test_support::host::TestHost;
use p2p_test_support::people::Person;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

/// A foreign host with the fixture, ended when dropped.
struct Foreign {
    base: String,
    _process: Child,
}

impl Foreign {
    async fn start() -> Self {
        let program = built::tool("wasmtime");
        let mut process = Command::new(program)
            .args(["serve", "--addr", "127.0.0.1:0", "-S", "p3,cli", "-W", "component-model-async"])
            .arg(component())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stderr.take().unwrap()).lines();
        let says = tokio::time::timeout(Duration::from_secs(60), lines.next_line()).await.unwrap();
        let line = says.unwrap().expect("a line that says where it listens");
        let base = line
            .split_whitespace()
            .find(|word| word.starts_with("http://"))
            .unwrap_or_else(|| panic!("{line}"));
        let base = base.trim_end_matches('/').to_owned();
        // It also tells of connections that clients closed, and ends when nobody reads on.
        tokio::spawn(async move {
            while let Ok(Some(line)) = lines.next_line().await {
                eprintln!("wasmtime: {line}");
            }
        });
        Self { base, _process: process }
    }
}

fn component() -> PathBuf {
    built::component("web")
}

/// Our own host takes an id from a proxy it trusts only.
fn without_request_id(mut json: Value) -> Value {
    if let Some(envelope) = json.as_object_mut() {
        envelope.remove("request_id");
    }
    json
}

#[tokio::test]
async fn one_file_answers_alike_on_our_host_and_on_a_foreign_one() {
    let (ours, foreign) = (TestHost::with(&["web"]).await, Foreign::start().await);
    let here = Person::nobody(&ours.url(""), "localhost");
    let there = Person::nobody(&foreign.base, "localhost");
    let cases = [
        (Method::GET, "/web/greetings/%D8%B3%D8%A7%D8%B1%D8%A9", None, 200),
        (Method::POST, "/web/sums", Some(json!({"left": 40, "right": 2})), 200),
        (Method::POST, "/web/sums", Some(json!({"left": "forty"})), 422),
        (Method::GET, "/web/nothing", None, 404),
        (Method::PATCH, "/web/sums", Some(json!({})), 405),
        (Method::GET, "/web/secrets", None, 401),
    ];
    for (method, path, body, status) in cases {
        let headers = [("accept-language", "ar"), ("x-request-id", "one-request")];
        let body = body.map(|body| body.to_string());
        let mut answers = Vec::new();
        for person in [&here, &there] {
            let answer = person.send(method.clone(), path, body.clone(), &headers).await.expect(status);
            // What our host answers before any feature is asked has words of its own, under the same code.
            let is_ours = [401, 404, 405].contains(&status);
            answers.push(if is_ours { json!(answer.code()) } else { without_request_id(answer.json) });
        }
        assert_eq!(answers[0], answers[1], "{method} {path}");
    }
    let malformed = there.send(Method::POST, "/web/sums", Some("{".to_owned()), &[]).await.expect(400);
    assert_eq!(malformed.code(), "MALFORMED");
    let large = there.send(Method::POST, "/web/sums", Some("x".repeat(2 << 20)), &[]).await.expect(413);
    assert_eq!(large.code(), "TOO_LARGE");
}
