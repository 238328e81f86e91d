//! A core whose other users are none of ours, and one that fails half-way through a sign-up.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use p2p_identity::{CredentialError, Identity};

use crate::stub::{Stub, reply, versions};
use crate::world::{PASSWORD, World, acme, core};

/// Two people of other programs at one address.
const STRANGERS: &str = r#"{"status":"OK","users":[
    {"loginMethods":[{"recipeId":"thirdparty","recipeUserId":"google|7","email":"a@b.co","verified":true}]},
    {"loginMethods":[{"recipeId":"passwordless","recipeUserId":"p","email":null,"verified":true}]},
    {"loginMethods":[{"recipeId":"emailpassword","recipeUserId":"user-7","email":"a@b.co","verified":true}]}]}"#;
const NOBODY: &str = r#"{"status":"OK","users":[]}"#;

#[tokio::test]
async fn users_whose_ids_are_none_of_ours_are_strangers_and_no_outage() {
    let stub = Stub::start(|_, path| match path.split('?').next().unwrap() {
        "/apiversion" => versions("\"5.4\""),
        "/public/users/by-accountinfo" => reply("200 OK", STRANGERS),
        "/public/recipe/signup" => reply("200 OK", r#"{"status":"EMAIL_ALREADY_EXISTS_ERROR"}"#),
        "/public/recipe/signin" => reply("200 OK", r#"{"status":"WRONG_CREDENTIALS_ERROR"}"#),
        _ => reply("404 Not Found", ""),
    })
    .await;
    let identity = World::new().await.over(&core(&stub.address));
    let verified = identity.credential_verify(&acme(), "a@b.co", PASSWORD).await;
    assert_eq!(verified, Err(CredentialError::WrongCredentials));
    let created = identity.credential_create(&acme(), "a@b.co", PASSWORD).await;
    assert_eq!(created, Err(CredentialError::EmailTaken));
    assert_eq!(identity.credential_by_email(&acme(), "a@b.co").await, Ok(None));
    assert_eq!(identity.reset_token_create(&acme(), "a@b.co").await, Ok(None));
}

#[tokio::test]
async fn a_user_whom_the_core_made_before_it_failed_is_found_by_their_address_and_blocks_no_other() {
    let removals = Arc::new(AtomicU32::new(0));
    let counter = removals.clone();
    let stub = Stub::start(move |_, path| match path.split('?').next().unwrap() {
        "/apiversion" => versions("\"5.4\""),
        "/public/users/by-accountinfo" => reply("200 OK", &found(path)),
        "/user/remove" if counter.fetch_add(1, Ordering::SeqCst) > 0 => reply("200 OK", r#"{"status":"OK"}"#),
        _ => reply("500 Internal Server Error", "oops"),
    })
    .await;
    let world = World::new().await;
    let identity = world.over(&core(&stub.address));
    for email in ["a@b.co", "c@d.co"] {
        let created = identity.credential_create(&acme(), email, PASSWORD).await;
        assert!(matches!(created, Err(CredentialError::Unavailable(_))), "{created:?}");
    }
    for (later, total) in [(3600, 0), (6 * 3600, 2), (60, 3), (60, 3)] {
        world.advance(later);
        identity.tick().await;
        assert_eq!(removals.load(Ordering::SeqCst), total, "after {later} more seconds");
    }
}

/// Somebody at every address that nobody else could have.
fn found(path: &str) -> String {
    let asked = path.split_once("email=").and_then(|(_, rest)| rest.split_once("%40p2p%2Einvalid"));
    let Some((name, _)) = asked else { return NOBODY.to_owned() };
    let email = format!("{}@p2p.invalid", name.replace("%2D", "-"));
    let id = "8c2f1b1e-5a4e-4f0e-9d7e-0d7f5d6f0a11";
    format!(
        r#"{{"status":"OK","users":[{{"loginMethods":[{{"recipeId":"emailpassword","recipeUserId":"{id}","email":"{email}","verified":false}}]}}]}}"#
    )
}
