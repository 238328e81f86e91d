//! A new password for somebody who knows the old one.

use p2p_context::Origin;
use p2p_identity::CredentialError::{Locked, Missing, WrongCredentials};
use p2p_identity::{AuthenticateError, CredentialError, Identity, SessionError, WeakPassword};
use uuid::Uuid;

use crate::browser::Browser;
use crate::world::{NEW_PASSWORD, PASSWORD, World, acme, call, tokens};

async fn change(world: &World, user: Uuid, old: &str, new: &str) -> Result<(), CredentialError> {
    world.identity.password_change(&acme(), &tokens(&[]), user, old, new).await
}

#[tokio::test]
async fn with_the_new_password_other_sessions_and_mailed_links_end() {
    let world = World::new();
    let user = world.person("a@b.co").await;
    let other = world.person("c@d.co").await;
    let browser = world.signed_in(Browser::with_cookies(), user).await;
    let mut elsewhere = world.signed_in(Browser::with_headers(), user).await;
    let theirs_open = world.signed_in(Browser::with_cookies(), other).await;
    let own = browser.call();
    let link = world.identity.reset_token_create(&acme(), "a@b.co").await.unwrap().unwrap();
    let theirs = world.identity.reset_token_create(&acme(), "c@d.co").await.unwrap().unwrap();
    let from = Origin { request: Some("r-1".into()), address: None, user: Some(user) };
    let work = world.identity.password_work();
    let changed =
        world.identity.password_change(&acme().on_behalf_of(from), &own, user, PASSWORD, NEW_PASSWORD).await;
    assert_eq!((changed, world.identity.password_work() - work), (Ok(()), 2));
    assert!(world.opens("a@b.co", NEW_PASSWORD).await && !world.opens("a@b.co", PASSWORD).await);
    assert!(world.opens("c@d.co", PASSWORD).await, "nobody else's");
    assert!(world.who(&browser).await.unwrap().is_some());
    assert!(world.who(&theirs_open).await.unwrap().is_some());
    assert!(matches!(world.who(&elsewhere).await, Err(AuthenticateError::Unauthorised { .. })), "at once");
    assert!(matches!(world.refresh(&mut elsewhere).await, Err(SessionError::Invalid(_))));
    assert_eq!(world.audited_as("identity.session.revoked").await.len(), 1);
    let reset = async |token: &str| world.identity.password_reset(&acme(), token, "another one 8").await;
    assert_eq!(reset(&link.token).await, Err(Missing));
    assert_eq!(reset(&theirs.token).await.map(|proven| proven.user), Ok(other));
    let entries = world.audited_as("identity.password.changed").await;
    assert_eq!(entries.len(), 1);
    assert_eq!((entries[0].actor, entries[0].request.as_deref()), (Some(user), Some("r-1")));
}

#[tokio::test]
async fn a_weak_password_is_refused_before_anything_is_asked() {
    let world = World::new();
    let user = world.person("a@b.co").await;
    let work = world.identity.password_work();
    for (user, old) in [(user, PASSWORD), (user, "wrong"), (Uuid::from_u128(404), "wrong")] {
        let weak = change(&world, user, old, "Password123").await;
        assert_eq!(weak, Err(CredentialError::WeakPassword(WeakPassword::Common)));
    }
    assert_eq!(world.identity.password_work(), work);
}

#[tokio::test]
async fn guessing_here_counts_as_guessing_at_the_door() {
    let world = World::new();
    let user = world.person("a@b.co").await;
    for _ in 0..3 {
        assert_eq!(change(&world, user, "wrong", NEW_PASSWORD).await, Err(WrongCredentials));
    }
    for _ in 0..2 {
        assert!(!world.opens("a@b.co", "wrong").await);
    }
    let work = world.identity.password_work();
    assert_eq!(change(&world, user, PASSWORD, NEW_PASSWORD).await, Err(Locked(900)));
    assert_eq!(
        world.identity.credential_verify(&acme(), "a@b.co", PASSWORD).await,
        Err(Locked(900)),
        "one count for both"
    );
    assert_eq!(world.identity.password_work(), work, "a locked address costs nothing");
    world.advance(900);
    assert_eq!(change(&world, user, PASSWORD, NEW_PASSWORD).await, Ok(()));
    assert_eq!(change(&world, user, "wrong", PASSWORD).await, Err(WrongCredentials));
    assert_eq!(world.audited_as("identity.login.locked").await.len(), 1);
}

#[tokio::test]
async fn a_success_wipes_the_slate() {
    let world = World::new();
    let user = world.person("a@b.co").await;
    for (old, new) in [(PASSWORD, NEW_PASSWORD), (NEW_PASSWORD, PASSWORD)] {
        for _ in 0..4 {
            assert_eq!(change(&world, user, "wrong", new).await, Err(WrongCredentials));
        }
        assert_eq!(change(&world, user, old, new).await, Ok(()));
    }
}

#[tokio::test]
async fn nobody_has_no_password_to_change() {
    let world = World::new();
    let user = world.person("a@b.co").await;
    let pending = world.identity.credential_create(&acme(), "c@d.co", PASSWORD).await.unwrap();
    for nobody in [pending, Uuid::from_u128(404)] {
        assert_eq!(change(&world, nobody, PASSWORD, NEW_PASSWORD).await, Err(Missing));
    }
    let elsewhere =
        world.identity.password_change(&call("other"), &tokens(&[]), user, PASSWORD, NEW_PASSWORD).await;
    assert_eq!(elsewhere, Err(Missing), "users of another tenant are nobody");
}

#[tokio::test]
async fn of_two_changes_at_once_exactly_one_works() {
    let world = World::new();
    let (replica, here, nothing) = (world.replica(), acme(), tokens(&[]));
    let user = world.person("a@b.co").await;
    let mut old = PASSWORD.to_owned();
    for round in 0..5 {
        let new = [format!("first choice {round}"), format!("second choice {round}")];
        let (one, two) = tokio::join!(
            world.identity.password_change(&here, &nothing, user, &old, &new[0]),
            replica.password_change(&here, &nothing, user, &old, &new[1]),
        );
        assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
        assert!([one, two.clone()].contains(&Err(WrongCredentials)));
        old = new[usize::from(two.is_ok())].clone();
        assert!(world.opens("a@b.co", &old).await, "the winner's");
    }
}
