//! What lets in whoever brings it: the token of an invitation, the key of a program.

use std::time::{Duration, Instant};

use p2p_test_support::people::{Answer, Person, signup};
use reqwest::header::AUTHORIZATION;
use reqwest::{Client, RequestBuilder};
use serde_json::json;

use crate::stage::{EMAIL, assert_kept_nowhere, mailed_token, start, tokens, told};

const GUEST: &str = "omar@elsewhere.example";
/// How long a server may take to learn what was done beside it.
const PATIENCE: Duration = Duration::from_secs(30);

#[tokio::test]
async fn the_token_of_an_invitation_is_in_no_log_and_in_no_store() {
    let folder = tempfile::tempdir().unwrap();
    let (server, url) = start(folder.path()).await;
    let admin = Person::founder(&url, "localhost", EMAIL).await;
    let invitation = json!({"email": GUEST, "firstName": "Omar", "lastName": "Q", "role": "member"});
    admin.post("/users/invite", &invitation).await.expect(201);
    let token = mailed_token(folder.path(), "invitation").await;
    let nobody = admin.with_token(None);
    nobody.get(&format!("/invitations/{token}")).await.expect(200);
    // As somebody's page might send it by mistake.
    nobody.get(&format!("/invitations/x?token={token}")).await.expect(404);
    nobody.get(&format!("/invitations/{token}/x")).await.expect(404);
    let mut form = signup(GUEST);
    form["inviteToken"] = json!(token);
    let mut secrets = tokens(&nobody.post("/auth/signup", &form).await.expect(201));
    nobody.post("/auth/signup", &form).await.expect(400);
    nobody.get(&format!("/invitations/{token}")).await.expect(404);
    drop(server);
    assert_eq!(token.len(), 64);
    secrets.push(token);
    assert_kept_nowhere(folder.path(), &secrets);
}

#[tokio::test]
async fn keys_of_programs_are_in_no_log_and_in_no_store() {
    let folder = tempfile::tempdir().unwrap();
    let (server, url) = start(folder.path()).await;
    Person::founder(&url, "localhost", EMAIL).await;
    let key = told(
        folder.path(),
        &["key", "create", "--user", EMAIL, "--name", "export", "--scope", "accounts:read"],
    );
    let me = || Client::new().get(format!("{url}/api/v1/users/me"));
    answer(me().header("x-api-key", &key)).await.expect(200);
    answer(me().header(AUTHORIZATION, format!("Bearer {key}"))).await.expect(200);
    let (id, secret) = key.strip_prefix("p2pk_").unwrap().split_once('_').unwrap();
    let rotated = told(folder.path(), &["key", "rotate", id, "--overlap-hours", "0"]);
    told(folder.path(), &["key", "list"]);
    // A server learns within a second that a key has another secret.
    let begun = Instant::now();
    while answer(me().header("x-api-key", &rotated)).await.status != 200 {
        assert!(begun.elapsed() < PATIENCE, "the new secret is not taken");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    told(folder.path(), &["key", "revoke", id]);
    // A key of nobody is a secret of some other place.
    let foreign = format!("p2pk_{id}_{}", "k".repeat(secret.len()));
    answer(me().header("x-api-key", &foreign)).await.expect(401);
    drop(server);
    let secrets = [&key, &rotated, &foreign].map(|key| key.rsplit('_').next().unwrap().to_owned());
    assert!(secrets.iter().all(|secret| secret.len() >= 20) && secrets[0] != secrets[1]);
    assert_kept_nowhere(folder.path(), &secrets);
}

async fn answer(request: RequestBuilder) -> Answer {
    Answer::read(request.send().await.unwrap()).await.unwrap()
}
