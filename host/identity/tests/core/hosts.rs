//! Several addresses, one core: who is asked, and what is tried again.

use std::time::Duration;

use p2p_context::Deadline;
use p2p_identity::{CredentialError, Identity, look};
use tokio::net::TcpListener;

use crate::peer::Peer;
use crate::stub::{Stub, reply, versions};
use crate::world::{PASSWORD, World, acme, core, within};

const NOBODY: &str = r#"{"status":"OK","users":[]}"#;

/// An address where nobody listens.
async fn deserted() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

#[tokio::test]
async fn where_nobody_listens_the_next_address_is_asked() {
    let mut world = World::new().await;
    world.person("a@b.co").await;
    let list = format!("{};{};{}", deserted().await, world.peer.address, deserted().await);
    let identity = world.over(&core(&list));
    for _ in 0..6 {
        assert!(identity.credential_verify(&acme(), "a@b.co", PASSWORD).await.is_ok());
    }
    world.peer.stop().await;
    let all_down = identity.credential_verify(&acme(), "a@b.co", PASSWORD).await;
    assert!(matches!(all_down, Err(CredentialError::Unavailable(_))));
}

#[tokio::test]
async fn an_address_that_fails_otherwise_is_not_passed_over() {
    let world = World::new().await;
    let broken = Stub::start(|_, _| reply("500 Internal Server Error", "oops")).await;
    let identity = world.over(&core(&format!("{};{}", broken.address, world.peer.address)));
    let first = identity.credential_by_email(&acme(), "a@b.co").await;
    assert!(matches!(first, Err(CredentialError::Unavailable(_))), "it may have done something");
    assert_eq!(broken.requests(), 1);
}

#[tokio::test]
async fn addresses_take_turns() {
    let answer = |_: u32, path: &str| {
        if path == "/apiversion" { versions("\"5.3\",\"5.4\"") } else { reply("200 OK", NOBODY) }
    };
    let (one, two) = (Stub::start(answer).await, Stub::start(answer).await);
    let world = World::new().await;
    let identity = world.over(&core(&format!("{};{}", one.address, two.address)));
    for _ in 0..9 {
        assert_eq!(identity.credential_by_email(&acme(), "a@b.co").await, Ok(None));
    }
    assert_eq!((one.requests(), two.requests()), (5, 5));
}

#[tokio::test]
async fn a_busy_core_is_asked_again_for_a_while() {
    let stub = Stub::start(|number, path| match (number, path) {
        (_, "/apiversion") => versions("\"5.4\""),
        (1..=3, _) => reply("429 Too Many Requests", ""),
        (4, _) => reply("200 OK", NOBODY),
        _ => reply("429 Too Many Requests", ""),
    })
    .await;
    let world = World::new().await;
    let identity = world.over(&core(&stub.address));
    assert_eq!(identity.credential_by_email(&acme(), "a@b.co").await, Ok(None));
    assert_eq!(stub.requests(), 5);
    let soon = within("acme", Duration::from_millis(600));
    assert_eq!(identity.credential_by_email(&soon, "a@b.co").await, Err(CredentialError::Timeout));
    let given_up = identity.credential_by_email(&acme(), "a@b.co").await;
    assert!(matches!(given_up, Err(CredentialError::Unavailable(reason)) if reason.contains("429")));
}

#[tokio::test]
async fn a_core_that_changed_is_asked_for_its_versions_again() {
    let stub = Stub::start(|number, path| match (number, path) {
        (0, "/apiversion") => versions("\"5.4\""),
        (_, "/apiversion") => versions("\"5.2\""),
        (1, _) => reply("400 Bad Request", "cdi-version 5.4 not supported"),
        _ => reply("200 OK", NOBODY),
    })
    .await;
    let world = World::new().await;
    let identity = world.over(&core(&stub.address));
    assert!(identity.credential_by_email(&acme(), "a@b.co").await.is_err());
    assert_eq!(identity.credential_by_email(&acme(), "a@b.co").await, Ok(None));
    assert_eq!(stub.requests(), 4);
}

#[tokio::test]
async fn a_look_says_what_is_wrong_with_which_address() {
    let peer = Peer::start(&["--api-key", "right"]).await;
    let deserted = deserted().await;
    let mut config = core(&format!("{};{deserted}", peer.address));
    let seen = async |config: &_| look(config, &acme().tenant, Deadline::after(Duration::from_secs(5))).await;
    let wrong = seen(&config).await;
    assert_eq!(wrong.iter().map(|look| &look.address).collect::<Vec<_>>(), [&peer.address, &deserted]);
    assert!(wrong[0].version.as_ref().unwrap_err().contains("API key"), "{wrong:?}");
    assert!(wrong[1].version.as_ref().unwrap_err().contains("nobody listens"), "{wrong:?}");
    config.api_key = Some("right".to_owned());
    assert_eq!(seen(&config).await[0].version, Ok("5.4".to_owned()));
}
