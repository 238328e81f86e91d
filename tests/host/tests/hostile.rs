//! Guests that misbehave while they run: their call fails with the right kind, nothing they should not send goes out,
//! and the next call is fine.

#![cfg(test)]

use std::sync::Arc;
use std::time::Duration;

use http::Method;
use p2p_runtime::DispatchErrorKind;
use p2p_tenants::ledger::Account;
use p2p_tenants::{CallKind, Outcome};
use p2p_test_support::host::{TestHost, installation, tenant};
use p2p_test_support::people::Person;
use serde_json::{Value, json};

async fn hostile() -> (TestHost, Person) {
    let host = TestHost::with(&["hostile"]).await;
    let person = Person::nobody(&host.url(""), "localhost");
    (host, person)
}

fn account(host: &TestHost, route: &str) -> Arc<Account> {
    let name = p2p_context::FeatureName::new("hostile").unwrap();
    host.ledger.account(&host.tenant(), &name, CallKind::Route(route.into()))
}

/// What a capability refused, by its name in the contract.
async fn refusal(person: &Person, path: &str, body: &Value) -> String {
    let answer = person.post(path, body).await.expect(422);
    answer.json["error"].as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_trap_ends_one_call_says_nothing_and_the_next_is_fine() {
    let (host, person) = hostile().await;
    for how in ["panic", "unreachable", "stack"] {
        let answer = person.get(&format!("/hostile/trap?how={how}")).await.expect(500);
        assert_eq!(answer.code(), "INTERNAL");
        for word in ["panic", "wasm", "purpose", "unreachable", "stack", "trap"] {
            assert!(!answer.text.to_lowercase().contains(word), "{}", answer.text);
        }
        person.get("/hostile/echo").await.expect(200);
    }
    let account = account(&host, "GET /hostile/trap");
    assert_eq!((account.calls(Outcome::Trapped), account.calls(Outcome::Ok)), (3, 0));
}

#[tokio::test]
async fn a_trap_leaves_calls_that_are_under_way_alone() {
    let (_host, person) = hostile().await;
    let slow = tokio::spawn({
        let person = person.clone();
        async move { person.get("/hostile/join?to=200000").await }
    });
    let traps = (0..20).map(|_| person.get("/hostile/trap"));
    for trap in futures::future::join_all(traps).await {
        trap.expect(500);
    }
    slow.await.unwrap().expect(200);
}

#[tokio::test]
async fn a_memory_hog_is_stopped_at_its_limit() {
    let (host, person) = hostile().await;
    person.get("/hostile/hog?mb=8").await.expect(200);
    let error = host.call(Method::GET, "/hostile/hog?mb=512", "").await.unwrap_err();
    assert_eq!(error.kind, DispatchErrorKind::Memory);
    assert_eq!(person.get("/hostile/hog?mb=512").await.expect(500).code(), "INTERNAL");
    let account = account(&host, "GET /hostile/hog");
    let limit = installation("hostile").limits.memory_bytes() as u64;
    assert!(account.peak_memory() <= limit && account.peak_memory() > 8 << 20, "{}", account.peak_memory());
    person.get("/hostile/echo").await.expect(200);
}

#[tokio::test]
async fn an_answer_past_the_limit_or_without_a_real_status_is_not_sent() {
    let (host, person) = hostile().await;
    person.get("/hostile/huge?kb=1000").await.expect(200);
    for path in [
        "/hostile/huge?kb=5000",
        "/hostile/status?code=99",
        "/hostile/status?code=600",
        "/hostile/packed?hex=01",
    ] {
        assert_eq!(person.get(path).await.expect(500).code(), "INTERNAL", "{path}");
    }
    let account = account(&host, "GET /hostile/status");
    assert_eq!((account.calls(Outcome::Ok), account.calls(Outcome::Trapped)), (0, 2));
}

#[tokio::test]
async fn a_call_whose_caller_goes_away_ends_and_is_written_down() {
    let (host, person) = hostile().await;
    let hurried = tokio::time::timeout(Duration::from_millis(300), person.get("/hostile/spin")).await;
    assert!(hurried.is_err(), "it never ends");
    let account = account(&host, "GET /hostile/spin");
    let written = async {
        while account.calls(Outcome::Cancelled) == 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), written).await.expect("a line in the ledger");
    assert!(account.cpu_us() > 10_000, "{}", account.cpu_us());
    assert_eq!(account.calls(Outcome::Deadline), 0);
}

#[tokio::test]
async fn a_task_that_outlives_its_answer_goes_with_its_instance() {
    let host = TestHost::with(&["hostile"]).await;
    let calls = async |path: &str| {
        let answer = host.call(Method::GET, path, "").await.unwrap();
        serde_json::from_slice::<Value>(&answer.body).unwrap()["calls"].clone()
    };
    assert_eq!(calls("/hostile/statics").await, 1);
    assert_eq!(calls("/hostile/statics").await, 2, "the instance is kept");
    assert_eq!(calls("/hostile/linger").await, 3);
    assert_eq!(calls("/hostile/statics").await, 1, "nobody is served beside a stranger's task");
}

#[tokio::test]
async fn idle_instances_make_room_for_a_feature_that_needs_one() {
    let tenants = ["north", "south"].map(|id| tenant(id, &[&format!("{id}.example")], &["hostile"]));
    let host = TestHost::crowded(tenants.into(), 4).await;
    for name in ["north.example", "south.example", "north.example"] {
        let person = Person::nobody(&host.url(""), name);
        let three = (0..3).map(|_| person.get("/hostile/join?to=200000"));
        for answer in futures::future::join_all(three).await {
            answer.expect(200);
        }
    }
}

#[tokio::test]
async fn cookies_cors_hop_by_hop_and_split_headers_do_not_get_out() {
    let (_host, person) = hostile().await;
    let forged = "set-cookie=sAccessToken%3Dx&front-token=x&st-access-token=x&anti-csrf=x\
                  &access-control-allow-origin=*&transfer-encoding=gzip&connection=upgrade&x-request-id=forged\
                  &strict-transport-security=max-age%3D0&x-split=a%0d%0ax-injected:%20b&x-fine=yes";
    let answer = person.get(&format!("/hostile/headers?{forged}")).await.expect(200);
    for name in ["set-cookie", "front-token", "st-access-token", "anti-csrf", "x-split", "x-injected"] {
        assert!(!answer.headers.contains_key(name), "{name}: {:?}", answer.headers);
    }
    assert_ne!(answer.headers.get("access-control-allow-origin").map(|v| v.as_bytes()), Some(&b"*"[..]));
    assert_ne!(answer.headers["x-request-id"], "forged");
    assert_eq!(answer.headers["x-fine"], "yes");
}

#[tokio::test]
async fn a_guest_sees_no_session_and_cannot_be_told_who_is_calling() {
    let host = TestHost::with(&["accounts", "hostile"]).await;
    let sara = Person::founder(&host.url(""), "localhost", "a@works.example").await;
    let forged = [
        ("cookie", "sAccessToken=secret"),
        ("x-user-id", "someone"),
        ("x-request-id", "short"),
        ("accept-language", "ar"),
    ];
    let echo = sara.send(Method::GET, "/hostile/echo", None, &forged).await.expect(200).json;
    assert_eq!(echo["actor"]["userId"], sara.profile["user"]["id"]);
    assert_eq!(echo["actor"]["role"], "admin");
    assert_eq!(echo["language"], "ar");
    let headers = echo["headers"].to_string();
    for word in ["secret", "Bearer", "authorization", "cookie"] {
        assert!(!headers.contains(word), "{headers}");
    }
    let nobody = Person::nobody(&host.url(""), "localhost").get("/hostile/echo").await.expect(200);
    assert_eq!(nobody.json["actor"], Value::Null);
}

#[tokio::test]
async fn statements_that_reach_out_are_denied() {
    let (_host, person) = hostile().await;
    let denied = [
        "ATTACH DATABASE '/tmp/x' AS other",
        "PRAGMA journal_mode = DELETE",
        "PRAGMA table_info(notes)",
        "SELECT load_extension('x')",
        "CREATE TABLE mine (id INTEGER)",
        "DROP TABLE notes",
        "SELECT * FROM p2p_outbox",
        "DELETE FROM p2p_inbox",
        "SELECT * FROM p2p_documents",
        "INSERT INTO p2p_outbox DEFAULT VALUES",
        "VACUUM INTO '/tmp/x'",
    ];
    for sql in denied {
        for write in [false, true] {
            let error = refusal(&person, "/hostile/sql", &json!({"sql": sql, "write": write})).await;
            assert!(matches!(error.as_str(), "denied" | "rejected"), "{sql} (write {write}): {error}");
        }
    }
    let query_that_writes = json!({"sql": "INSERT INTO notes (text) VALUES ('x')"});
    assert_eq!(refusal(&person, "/hostile/sql", &query_that_writes).await, "denied");
    let rows = person.post("/hostile/sql", &json!({"sql": "SELECT COUNT(*) FROM notes"})).await.expect(200);
    assert_eq!(rows.json["rows"], json!([[0]]));
}

#[tokio::test]
async fn nothing_of_another_tenant_or_feature_can_be_reached() {
    let host = TestHost::start(vec![
        tenant("north", &["north.example"], &["accounts", "hostile"]),
        tenant("south", &["south.example"], &["accounts", "hostile"]),
    ])
    .await;
    let founder = Person::founder(&host.url(""), "north.example", "a@works.example").await;
    let north = Person::nobody(&host.url(""), "north.example");
    let south = Person::nobody(&host.url(""), "south.example");
    // sql, documents, cache
    let write = json!({"sql": "INSERT INTO notes (text) VALUES ('north only')", "write": true});
    north.post("/hostile/sql", &write).await.expect(200);
    let count = south.post("/hostile/sql", &json!({"sql": "SELECT COUNT(*) FROM notes"})).await.expect(200);
    assert_eq!(count.json["rows"], json!([[0]]));
    let insert = json!({"op": "insert", "collection": "things", "id": "1", "body": {"n": 1}});
    north.post("/hostile/document", &insert).await.expect(200);
    let get = json!({"op": "get", "collection": "things", "id": "1"});
    assert_eq!(south.post("/hostile/document", &get).await.expect(200).json["document"], Value::Null);
    north
        .post("/hostile/cache", &json!({"op": "set", "key": "k", "value": "v", "ttlMs": 60000}))
        .await
        .expect(200);
    let cached = south.post("/hostile/cache", &json!({"op": "get", "key": "k"})).await.expect(200);
    assert_eq!(cached.json["value"], Value::Null);
    // secrets: sealed in the north, unreadable in the south
    let sealed =
        north.post("/hostile/secrets", &json!({"seal": "plain"})).await.expect(200).json["sealed"].clone();
    assert_eq!(refusal(&south, "/hostile/secrets", &json!({"open": sealed})).await, "unreadable");
    assert_eq!(
        north.post("/hostile/secrets", &json!({"open": sealed})).await.expect(200).json["plain"],
        "plain"
    );
    // directory: people of the own tenant only
    let ids = format!("/hostile/directory?ids={}", founder.profile["user"]["id"].as_str().unwrap());
    assert_eq!(north.get(&ids).await.expect(200).json["people"].as_array().unwrap().len(), 1);
    assert_eq!(south.get(&ids).await.expect(200).json["people"], json!([]));
    // another feature's tables and topics
    let users = json!({"sql": "SELECT * FROM users"});
    assert_eq!(refusal(&north, "/hostile/sql", &users).await, "rejected");
    let foreign = json!({"topic": "accounts.user.signed-up", "key": "k", "payload": {}});
    assert_eq!(refusal(&north, "/hostile/emit", &foreign).await, "denied");
    let with_write = json!({"sql": "INSERT INTO notes (text) VALUES ('x')", "write": true,
        "events": [{"topic": "accounts.user.signed-up", "key": "k", "payload": {}}]});
    assert_eq!(refusal(&north, "/hostile/sql", &with_write).await, "denied");
    // files: names that climb
    for name in ["../../accounts.sqlite", "/etc/passwd", "..", "a/../../b", ""] {
        assert_eq!(
            refusal(&north, "/hostile/blobs", &json!({"op": "head", "name": name})).await,
            "rejected",
            "{name}"
        );
    }
}

#[tokio::test]
async fn floods_are_cut_not_carried() {
    let (_host, person) = hostile().await;
    person.get("/hostile/event-flood?n=64").await.expect(200);
    assert_eq!(person.get("/hostile/event-flood?n=65").await.expect(422).json["error"], "denied");
    assert_eq!(
        person.get("/hostile/event-flood?n=1&bytes=70000").await.expect(422).json["error"],
        "rejected"
    );
    person.get("/hostile/log-flood?n=5000&bytes=100").await.expect(200);
}

#[tokio::test]
async fn statics_do_not_outlive_the_instance() {
    let host = TestHost::empty().await;
    let mut short = installation("hostile");
    short.limits.calls_per_instance = 3;
    short.limits.concurrency = 1;
    host.runtime.install(&host.tenant(), &short).await.unwrap();
    let mut seen = Vec::new();
    for _ in 0..6 {
        let answer = host.call(Method::GET, "/hostile/statics", "").await.unwrap();
        let json: Value = serde_json::from_slice(&answer.body).unwrap();
        seen.push(json["calls"].as_u64().unwrap());
    }
    assert!(seen.iter().all(|calls| *calls <= 3), "{seen:?}");
    assert!(seen.contains(&1) && seen.iter().filter(|calls| **calls == 1).count() >= 2, "{seen:?}");
}
