//! Two tenants in one process: their own features, their own data, their own sessions.

#![cfg(test)]

use p2p_test_support::host::{TestHost, tenant};
use p2p_test_support::people::{Person, topic};

async fn two() -> TestHost {
    TestHost::start(vec![
        tenant("north", &["north.example"], &["accounts", "forums"]),
        tenant("south", &["south.example"], &["accounts"]),
    ])
    .await
}

#[tokio::test]
async fn each_tenant_has_its_own_features() {
    let host = two().await;
    let north = Person::founder(&host.url(""), "north.example", "a@works.example").await;
    let south = Person::founder(&host.url(""), "south.example", "a@works.example").await;
    north.get("/forums/topics").await.expect(200);
    assert_eq!(south.get("/forums/topics").await.expect(404).code(), "NOT_FOUND");
}

#[tokio::test]
async fn the_same_address_is_two_people_in_two_tenants() {
    let host = two().await;
    let north = Person::founder(&host.url(""), "north.example", "a@works.example").await;
    let south = Person::founder(&host.url(""), "south.example", "a@works.example").await;
    assert_ne!(north.profile["user"]["id"], south.profile["user"]["id"]);
    north.post("/forums/topics", &topic("Only in the north")).await.expect(201);
    assert_eq!(north.get("/forums/topics?count=true").await.json["total"], 1);
}

#[tokio::test]
async fn a_token_of_one_tenant_is_nothing_in_another() {
    let host = two().await;
    let north = Person::founder(&host.url(""), "north.example", "a@works.example").await;
    let abroad = Person::nobody(&host.url(""), "south.example").with_token(north.token.clone());
    assert_eq!(abroad.get("/users/me").await.status, 401);
    north.get("/users/me").await.expect(200);
}

#[tokio::test]
async fn an_unknown_host_is_nobodys() {
    let host = two().await;
    let stranger = Person::nobody(&host.url(""), "elsewhere.example");
    assert_eq!(stranger.get("/users/me").await.expect(404).code(), "NOT_FOUND");
    let with_port = Person::nobody(&host.url(""), "NORTH.example:8000");
    with_port.get("/users/me").await.expect(401);
}

#[tokio::test]
async fn the_openapi_document_shows_a_tenants_own_routes() {
    let host = two().await;
    let paths = async |name: &str| {
        let document = Person::nobody(&host.url(""), name).get("/openapi.json").await.expect(200).json;
        document["paths"].as_object().unwrap().keys().cloned().collect::<Vec<_>>()
    };
    assert!(paths("north.example").await.iter().any(|path| path.ends_with("/forums/topics")));
    assert!(!paths("south.example").await.iter().any(|path| path.contains("/forums")));
}
