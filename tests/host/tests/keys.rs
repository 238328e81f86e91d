//! A program with a key before real features: what it reads, what it is refused, and that it follows its owner.

#![cfg(test)]

use std::sync::Arc;
use std::time::Duration;

use p2p_context::Deadline;
use p2p_identity::{ApiKeys, IdentityCall, NewKey};
use p2p_test_support::host::{TestHost, tenant};
use p2p_test_support::people::{Answer, Person, topic};
use reqwest::Method;
use serde_json::json;

const FEATURES: [&str; 2] = ["accounts", "forums"];

struct Stage {
    host: TestHost,
    sara: Person,
    keys: ApiKeys,
}

impl Stage {
    async fn set() -> Self {
        Self::on(TestHost::with(&FEATURES).await).await
    }

    async fn on(host: TestHost) -> Self {
        let sara = Person::founder(&host.url(""), "localhost", "a@works.example").await;
        host.worker(&host.tenant()).await.drain().await.unwrap();
        let keys = ApiKeys::new(host.stores.clone(), Arc::clone(&host.clock));
        Self { host, sara, keys }
    }

    fn call(&self) -> IdentityCall {
        IdentityCall::new(self.host.tenant(), Deadline::after(Duration::from_secs(30)))
    }

    async fn key(&self, scopes: &str) -> String {
        let user = self.sara.profile["user"]["id"].as_str().unwrap().parse().unwrap();
        let new = NewKey { user, name: "export".to_owned(), scopes: scopes.parse().unwrap(), valid: None };
        self.keys.create(&self.call(), new).await.unwrap().1
    }

    async fn send(&self, key: &str, method: Method, path: &str, body: Option<String>) -> Answer {
        let program = Person::nobody(&self.host.url(""), "localhost");
        program.send(method, path, body, &[("x-api-key", key)]).await
    }
}

#[tokio::test]
async fn a_program_reads_a_page_of_the_forums_as_its_owner_and_writes_only_with_leave() {
    let stage = Stage::set().await;
    let mut inside = topic("Only for our own people");
    inside["visibility"] = json!("organization");
    stage.sara.post("/forums/topics", &inside).await.expect(201);
    let reader = stage.key("forums:read").await;
    let page = stage.send(&reader, Method::GET, "/forums/topics", None).await.expect(200);
    assert_eq!(page.json["items"][0]["title"], inside["title"]);
    let write = || Some(topic("Written by a program").to_string());
    let refused = stage.send(&reader, Method::POST, "/forums/topics", write()).await.expect(403);
    assert_eq!(refused.json["details"]["scope"], "forums:write");
    stage.send(&reader, Method::GET, "/users/me", None).await.expect(403);
    let writer = stage.key("*:read *:write").await;
    let written = stage.send(&writer, Method::POST, "/forums/topics", write()).await.expect(201);
    assert_eq!(written.json["createdBy"], stage.sara.profile["user"]["id"]);
    stage.send(&writer, Method::GET, "/users/me", None).await.expect(200);
    stage.send(&writer, Method::POST, "/auth/logout", None).await.expect(403);
}

#[tokio::test]
async fn a_key_of_nobody_opens_nothing() {
    let stage = Stage::set().await;
    let unknown = format!("p2pk_{}_{}", "0".repeat(32), "0".repeat(48));
    for key in ["nonsense", unknown.as_str()] {
        let refused = stage.send(key, Method::GET, "/forums/topics", None).await.expect(401);
        assert_eq!(refused.code(), "UNAUTHENTICATED");
    }
}

#[tokio::test]
async fn a_key_of_one_tenant_is_nothing_in_another() {
    let tenants = [("main", "localhost"), ("south", "south.example")];
    let tenants = tenants.map(|(id, host)| tenant(id, &[host], &FEATURES));
    let stage = Stage::on(TestHost::start(tenants.into()).await).await;
    let key = stage.key("*:read").await;
    stage.send(&key, Method::GET, "/forums/topics", None).await.expect(200);
    let program = Person::nobody(&stage.host.url(""), "south.example");
    let abroad = program.send(Method::GET, "/forums/topics", None, &[("x-api-key", &key)]).await.expect(401);
    assert_eq!(abroad.code(), "UNAUTHENTICATED");
}
