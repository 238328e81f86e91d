//! The audit log over the whole way: from a change by somebody, through the outbox, to a platform admin who reads it.

#![cfg(test)]

use std::time::Duration;

use p2p_context::{Deadline, FeatureName, new_uuid};
use p2p_identity::audit::{AuditEntry, AuditFilter, AuditLog};
use p2p_identity::{Identity as _, IdentityCall, RequestTokens};
use p2p_storage::OutboxEvent;
use p2p_test_support::host::TestHost;
use p2p_test_support::people::Person;
use serde_json::{Value, json};
use uuid::Uuid;

const CHANGED: &str = "accounts.user.updated";

async fn host() -> (TestHost, Person) {
    let host = TestHost::with(&["accounts"]).await;
    let sara = Person::founder(&host.url(""), "localhost", "a@works.example").await;
    host.worker(&host.tenant()).await.drain().await.unwrap();
    (host, sara)
}

/// Somebody who may read the log.
async fn platform_admin(host: &TestHost) -> Person {
    let call = IdentityCall::new(host.tenant(), Deadline::after(Duration::from_secs(30)));
    let Value::Object(claims) = json!({"platformAdmin": true, "verified": true}) else { panic!("an object") };
    let (tokens, user) = (RequestTokens::default(), new_uuid());
    let issued = host.identity.session_create(&call, &tokens, user, claims).await.unwrap();
    let token =
        issued.headers.into_iter().find(|(name, _)| name == "st-access-token").map(|(_, token)| token);
    Person::nobody(&host.url(""), "localhost").with_token(token)
}

async fn change(sara: &Person) -> String {
    let changed = sara.patch("/users/me", &json!({"bio": "Presses and pumps"})).await.expect(200);
    changed.headers["x-request-id"].to_str().unwrap().to_owned()
}

async fn pending(host: &TestHost) -> OutboxEvent {
    let accounts = FeatureName::new("accounts").unwrap();
    let outbox = host.runtime.outbox(&host.tenant(), &accounts).unwrap();
    let pending = outbox.pending(10).await.unwrap();
    pending.into_iter().find(|event| event.event.topic == CHANGED).unwrap()
}

#[tokio::test]
async fn a_change_is_in_the_log_with_who_made_it_where_and_by_which_request() {
    let (host, sara) = host().await;
    let request = change(&sara).await;
    host.worker(&host.tenant()).await.drain().await.unwrap();
    let page = platform_admin(&host).await.get(&format!("/audit?action={CHANGED}")).await.expect(200).json;
    let entry = &page["items"][0];
    let id = &sara.profile["user"]["id"];
    assert_eq!((&entry["actor"], &entry["subject"]), (id, id));
    assert_eq!(
        (entry["requestId"].as_str(), entry["address"].as_str()),
        (Some(request.as_str()), Some("127.0.0.1"))
    );
    assert_eq!(page["items"].as_array().unwrap().len(), 1);
    sara.get("/audit").await.expect(403);
    Person::nobody(&host.url(""), "localhost").get("/audit").await.expect(401);
}

#[tokio::test]
async fn a_sign_in_is_in_the_log_and_the_wishes_of_strangers_are_not() {
    let (host, sara) = host().await;
    let nobody = sara.with_token(None);
    let own = json!({"email": "a@works.example", "password": "correct horse 7"});
    nobody.post("/auth/login", &own).await.expect(200);
    nobody.post("/auth/reset-password", &json!({"email": "x@nowhere.example"})).await.expect(200);
    host.worker(&host.tenant()).await.drain().await.unwrap();
    let admin = platform_admin(&host).await;
    let entered = async |action: &str| {
        let page = admin.get(&format!("/audit?action={action}")).await.expect(200).json;
        page["items"].as_array().unwrap().clone()
    };
    let signed_in = entered("accounts.user.logged-in").await;
    assert_eq!((signed_in.len(), &signed_in[0]["subject"]), (1, &sara.profile["user"]["id"]));
    // Anybody could fill the log with these.
    assert!(entered("accounts.password.reset-requested").await.is_empty());
}

#[tokio::test]
async fn a_death_between_entering_and_removing_leaves_one_entry() {
    let (host, sara) = host().await;
    change(&sara).await;
    // What the dead process had done: the entry is there, and the event still in the outbox.
    let event = pending(&host).await;
    let log = AuditLog::new(host.stores.clone());
    let entry = AuditEntry {
        id: event.id,
        details: serde_json::from_slice(&event.event.payload).unwrap(),
        ..AuditEntry::new(&event.origin, event.committed_at, CHANGED, event.event.key.clone())
    };
    log.append(&host.tenant(), std::slice::from_ref(&entry)).await.unwrap();
    let worker = host.worker(&host.tenant()).await;
    assert!(worker.drain().await.unwrap() > 0);
    worker.drain().await.unwrap();
    let filter = AuditFilter { action: Some(CHANGED.to_owned()), ..AuditFilter::default() };
    assert_eq!(log.list(&host.tenant(), &filter, 10).await.unwrap(), [entry]);
    let user = sara.profile["user"]["id"].as_str().unwrap().parse::<Uuid>().unwrap();
    assert_eq!(event.origin.user, Some(user));
}
