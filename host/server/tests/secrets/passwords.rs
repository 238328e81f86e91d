//! Passwords, the tokens of sessions in headers, and what letters bring.

use p2p_test_support::people::{Person, signup};
use serde_json::json;

use crate::stage::{EMAIL, PASSWORD, SECRET, assert_kept_nowhere, mailed_token, start, tokens};

const NEW_PASSWORD: &str = "another horse 8";
const WRONG_PASSWORD: &str = "a wrong horse 9";

#[tokio::test]
async fn passwords_tokens_and_keys_are_in_no_log_and_in_no_store() {
    let folder = tempfile::tempdir().unwrap();
    let (server, url) = start(folder.path()).await;
    let nobody = Person::nobody(&url, "localhost");
    let signed_up = nobody.post("/auth/signup", &signup(EMAIL)).await.expect(201);
    let mut secrets = tokens(&signed_up);
    let person = nobody.signed_in(&signed_up);
    let refreshed =
        person.with_token(person.refresh.clone()).post("/auth/refresh", &json!({})).await.expect(200);
    secrets.extend(tokens(&refreshed));
    nobody.post("/auth/login", &json!({"email": EMAIL, "password": WRONG_PASSWORD})).await.expect(400);
    secrets.push(mailed_token(folder.path(), "verify-email").await);
    nobody.post("/auth/verify-email", &json!({"token": secrets.last()})).await.expect(200);
    nobody.post("/auth/reset-password", &json!({"email": EMAIL})).await.expect(200);
    secrets.push(mailed_token(folder.path(), "reset-password").await);
    let confirm = json!({"token": secrets.last(), "newPassword": NEW_PASSWORD});
    nobody.post("/auth/reset-password/confirm", &confirm).await.expect(200);
    drop(server);

    assert!(secrets.len() >= 6 && secrets.iter().all(|secret| secret.len() >= 20), "{}", secrets.len());
    secrets.extend([SECRET, NEW_PASSWORD, PASSWORD, WRONG_PASSWORD].map(str::to_owned));
    assert_kept_nowhere(folder.path(), &secrets);
}
