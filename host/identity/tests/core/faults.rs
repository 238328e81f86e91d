//! A core that is down, slow, broken or not one at all: an answer that says so, and nobody is signed out by it.

use std::time::Duration;

use p2p_identity::{AuthenticateError, CoreConfig, CoreIdentity, CredentialError, Identity, SessionError};
use serde_json::json;
use uuid::Uuid;

use crate::stub::{Stub, reply, versions};
use crate::suite::browser::Browser;
use crate::world::{PASSWORD, World, acme, core, member, within};

const USER: Uuid = Uuid::from_u128(5);

/// A browser with something that may be a refresh token.
fn with_refresh_token() -> Browser {
    let mut browser = Browser::with_cookies();
    browser.take(&[("set-cookie".into(), "sRefreshToken=x; Path=/api/v1/auth/refresh".into())]);
    browser
}

/// Every operation answers that nobody can tell; none takes anything from anybody.
async fn assert_unavailable(identity: &CoreIdentity, browser: &Browser) {
    let unavailable =
        |error: CredentialError| assert!(matches!(error, CredentialError::Unavailable(_)), "{error}");
    unavailable(identity.credential_create(&acme(), "c@d.co", PASSWORD).await.unwrap_err());
    unavailable(identity.credential_verify(&acme(), "a@b.co", PASSWORD).await.unwrap_err());
    unavailable(identity.credential_by_email(&acme(), "a@b.co").await.unwrap_err());
    unavailable(identity.reset_token_create(&acme(), "a@b.co").await.unwrap_err());
    unavailable(identity.password_reset(&acme(), "token", PASSWORD).await.unwrap_err());
    unavailable(identity.email_verify(&acme(), "token").await.unwrap_err());
    let request = browser.call();
    let unavailable = |error: SessionError| assert!(matches!(error, SessionError::Unavailable(_)), "{error}");
    unavailable(identity.session_create(&acme(), &request, USER, member()).await.unwrap_err());
    unavailable(identity.session_refresh(&acme(), &browser.refresh()).await.unwrap_err());
    unavailable(identity.session_list(&acme(), &request, USER).await.unwrap_err());
    unavailable(identity.session_revoke_user(&acme(), USER).await.unwrap_err());
    unavailable(identity.session_revoke_one(&acme(), USER, "handle").await.unwrap_err());
    unavailable(identity.session_update_claims(&acme(), USER, member()).await.unwrap_err());
}

#[tokio::test]
async fn a_core_that_is_down_takes_nothing_from_anybody() {
    let mut world = World::new().await;
    let user = world.person("a@b.co").await;
    let browser = world.signed_in(Browser::with_cookies(), user).await;
    assert!(world.who(&browser).await.unwrap().is_some());
    world.peer.stop().await;
    assert_unavailable(&world.identity, &browser).await;
    world.identity.tick().await;
    assert!(world.who(&browser).await.unwrap().is_some(), "tokens are believed without the core");
    let replica = world.replica();
    let unseen = replica.authenticate(&acme(), &browser.call(), true).await;
    assert!(matches!(unseen, Err(AuthenticateError::Unavailable(_))), "but not without its keys: {unseen:?}");
    assert!(matches!(replica.public_keys(&acme()).await, Err(SessionError::Unavailable(_))));
    assert_eq!(replica.authenticate(&acme(), &Browser::default().call(), true).await, Ok(None));
}

#[tokio::test]
async fn an_outage_is_no_guess_and_no_logout() {
    let world = World::new().await;
    let user = world.person("a@b.co").await;
    let mut browser = world.signed_in(Browser::with_cookies(), user).await;
    assert!(world.who(&browser).await.unwrap().is_some());
    world.peer.switch(json!({"html": true})).await;
    for _ in 0..6 {
        assert_unavailable(&world.identity, &browser).await;
    }
    world.peer.switch(json!({"html": false})).await;
    assert!(world.opens("a@b.co", PASSWORD).await, "nothing was counted");
    world.refresh(&mut browser).await.expect("nothing was lost");
    world.peer.switch(json!({"html": true})).await;
    assert!(matches!(world.who(&browser).await, Err(AuthenticateError::Unavailable(_))));
    world.peer.switch(json!({"html": false})).await;
    assert!(world.who(&browser).await.unwrap().is_some(), "and the failure is not remembered");
}

#[tokio::test]
async fn a_core_that_answers_too_late_is_given_up_at_the_deadline() {
    let world = World::new().await;
    let user = world.person("a@b.co").await;
    let mut browser = world.signed_in(Browser::with_cookies(), user).await;
    world.peer.switch(json!({"slow": 5000})).await;
    let soon = || within("acme", Duration::from_millis(100));
    assert_eq!(
        world.identity.credential_verify(&soon(), "a@b.co", PASSWORD).await,
        Err(CredentialError::Timeout)
    );
    let refreshed = world.identity.session_refresh(&soon(), &browser.refresh()).await;
    assert_eq!(refreshed.unwrap_err(), SessionError::Timeout);
    let unseen = world.replica().authenticate(&soon(), &browser.call(), true).await;
    assert!(matches!(unseen, Err(AuthenticateError::Unavailable(_))));
    world.peer.switch(json!({"slow": 0})).await;
    world.refresh(&mut browser).await.expect("whether or not the core heard it");
}

#[tokio::test]
async fn a_wrong_key_is_the_operators_business() {
    let world = World::started(&["--api-key", "right"], |_| ()).await;
    let with = |key: Option<&str>| {
        let config = CoreConfig { api_key: key.map(str::to_owned), ..core(&world.peer.address) };
        world.over(&config)
    };
    for key in [None, Some("wrong")] {
        let identity = with(key);
        let refused = identity.credential_verify(&acme(), "a@b.co", PASSWORD).await.unwrap_err();
        assert!(
            matches!(&refused, CredentialError::Unavailable(reason) if reason.contains("API key")),
            "{refused}"
        );
        assert_unavailable(&identity, &with_refresh_token()).await;
    }
    assert!(with(Some("right")).credential_create(&acme(), "a@b.co", PASSWORD).await.is_ok());
}

#[tokio::test]
async fn what_is_no_core_is_told_from_one_that_says_no() {
    let world = World::new().await;
    for answer in [
        reply("200 OK", "<html>hello</html>"),
        reply("200 OK", ""),
        reply("200 OK", r#"{"status":"SOMETHING_NEW"}"#),
        reply("200 OK", r#"{"status":"OK"}"#),
        reply("302 Found", ""),
        reply("404 Not Found", "<h1>Tomcat</h1>"),
        reply("500 Internal Server Error", r#"{"status":"UNAUTHORISED"}"#),
        Some("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"status\":".to_owned()),
        Some("nonsense\r\n\r\n".to_owned()),
        Some(String::new()),
    ] {
        let shown = format!("{answer:?}");
        let stub = Stub::start(
            move |_, path| if path == "/apiversion" { versions("\"5.4\"") } else { answer.clone() },
        )
        .await;
        let identity = world.over(&core(&stub.address));
        let verified = identity.credential_verify(&acme(), "a@b.co", PASSWORD).await;
        assert!(matches!(verified, Err(CredentialError::Unavailable(_))), "{shown}: {verified:?}");
        let browser = with_refresh_token();
        let refreshed = identity.session_refresh(&acme(), &browser.refresh()).await;
        assert!(matches!(refreshed, Err(SessionError::Unavailable(_))), "{shown}: {refreshed:?}");
    }
}

#[tokio::test]
async fn without_a_version_in_common_nothing_is_asked() {
    let stub = Stub::start(|_, _| versions("\"2.21\", \"5.5\", \"5.6\"")).await;
    let world = World::new().await;
    let identity = world.over(&core(&stub.address));
    let Err(CredentialError::Unavailable(reason)) = identity.credential_by_email(&acme(), "a@b.co").await
    else {
        panic!()
    };
    assert!(reason.contains("5.0 to 5.4") && reason.contains("5.6"), "{reason}");
    assert_eq!(stub.requests(), 1);
}
