//! The stand-in core as a process of its own.

use std::collections::BTreeMap;
use std::process::Stdio;

use serde::Deserialize;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

/// Ends with the test.
pub struct Peer {
    pub address: String,
    process: Child,
}

#[derive(Deserialize)]
struct State {
    calls: BTreeMap<String, u32>,
}

impl Peer {
    pub async fn start(arguments: &[&str]) -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/peers/cdi-core.mjs");
        let mut process = Command::new("node")
            .arg(script)
            .args(arguments)
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let line = lines.next_line().await.unwrap().unwrap();
        Self { address: line.rsplit(' ').next().unwrap().to_owned(), process }
    }

    /// Changes how it behaves.
    pub async fn switch(&self, wanted: Value) {
        self.state(wanted).await;
    }

    /// How often a route was called, e.g. `POST /recipe/signin`.
    pub async fn calls(&self, route: &str) -> u32 {
        self.state(json!({})).await.calls.get(route).copied().unwrap_or_default()
    }

    /// How often each route was called.
    pub async fn all_calls(&self) -> BTreeMap<String, u32> {
        self.state(json!({})).await.calls
    }

    /// Nobody listens there afterwards.
    pub async fn stop(&mut self) {
        self.process.kill().await.unwrap();
    }

    /// Asks it anything, as another client of the same core would.
    pub async fn call(&self, method: &str, path: &str, body: Value) -> Value {
        let request =
            reqwest::Client::new().request(method.parse().unwrap(), format!("{}{path}", self.address));
        request.json(&body).send().await.unwrap().error_for_status().unwrap().json().await.unwrap()
    }

    async fn state(&self, wanted: Value) -> State {
        serde_json::from_value(self.call("POST", "/__test", wanted).await).unwrap()
    }
}
