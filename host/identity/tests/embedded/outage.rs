//! A store that fails: what still works then, that nobody is signed out by it, and that nothing is left half done.

use p2p_identity::{AuthenticateError, CredentialError, Identity, SessionError};
use uuid::Uuid;

use crate::plug::{Plug, Trouble};
use crate::suite::browser::Browser;
use crate::world::{NEW_PASSWORD, PASSWORD, World, acme, claims, member, tokens};

const USER: Uuid = Uuid::from_u128(5);

#[tokio::test]
async fn tokens_are_believed_without_the_store_and_the_rest_says_unavailable() {
    let world = World::new().await;
    let (identity, plug) = Plug::of(&world);
    let mut browser = Browser::with_cookies();
    let issued = identity.session_create(&acme(), &browser.call(), USER, member()).await.unwrap();
    browser.take(&issued.headers);

    plug.set(Trouble::Out);
    for _ in 0..2 {
        let actor = identity.authenticate(&acme(), &browser.call(), true).await.unwrap();
        assert_eq!(actor.map(|actor| actor.user_id), Some(USER));
    }
    identity.tick().await;
    assert!(matches!(
        identity.session_refresh(&acme(), &browser.refresh()).await,
        Err(SessionError::Unavailable(_))
    ));
    assert!(matches!(
        identity.session_revoke(&acme(), &browser.call()).await,
        Err(SessionError::Unavailable(_))
    ));
    let verified = identity.credential_verify(&acme(), "a@b.co", PASSWORD).await;
    assert!(matches!(verified, Err(CredentialError::Unavailable(_))));
    let unseen = identity.authenticate(&crate::world::call("other"), &browser.call(), true).await;
    assert!(matches!(unseen, Err(AuthenticateError::Unavailable(_))), "a tenant that was not seen before");

    plug.set(Trouble::None);
    assert!(identity.authenticate(&acme(), &browser.call(), true).await.unwrap().is_some());
    identity.session_refresh(&acme(), &browser.refresh()).await.expect("nothing was lost");
    let elsewhere = identity.authenticate(&crate::world::call("other"), &browser.call(), true).await;
    assert_eq!(elsewhere, Err(AuthenticateError::TryRefresh), "and the failure is not remembered");
}

#[tokio::test]
async fn published_keys_are_those_that_are_known_while_the_store_is_away() {
    let world = World::new().await;
    let (identity, plug) = Plug::of(&world);
    let kid = |keys: &p2p_identity::PublicKeys| keys.keys[0].kid.clone();
    let before = identity.public_keys(&acme()).await.unwrap();
    plug.set(Trouble::Out);
    assert_eq!(kid(&identity.public_keys(&acme()).await.unwrap()), kid(&before));
    world.advance(8 * 24 * 3600);
    let overdue = identity.public_keys(&acme()).await.unwrap();
    assert_eq!((kid(&overdue), overdue.max_age.as_secs()), (kid(&before), 60));
}

#[tokio::test]
async fn a_proof_that_could_not_be_written_down_is_not_used_up() {
    let world = World::new().await;
    let user = world.person("a@b.co").await;
    let (identity, plug) = Plug::of(&world);
    let reset = identity.reset_token_create(&acme(), "a@b.co").await.unwrap().unwrap().token;
    let verify = identity.verification_token_create(&acme(), user).await.unwrap().unwrap().token;

    for trouble in [Trouble::ReadOnly, Trouble::Out] {
        plug.set(trouble);
        let outcome = identity.password_reset(&acme(), &reset, NEW_PASSWORD).await;
        assert!(matches!(outcome, Err(CredentialError::Unavailable(_))), "{trouble:?}");
        let outcome = identity.email_verify(&acme(), &verify).await;
        assert!(matches!(outcome, Err(CredentialError::Unavailable(_))), "{trouble:?}");
        let outcome = identity.password_change(&acme(), &tokens(&[]), user, PASSWORD, NEW_PASSWORD).await;
        assert!(matches!(outcome, Err(CredentialError::Unavailable(_))), "{trouble:?}");
        assert!(world.opens("a@b.co", PASSWORD).await && !world.opens("a@b.co", NEW_PASSWORD).await);
        assert_eq!(world.identity.email_is_verified(&acme(), user).await, Ok(false));
    }
    plug.set(Trouble::None);
    identity.email_verify(&acme(), &verify).await.unwrap();
    identity.password_reset(&acme(), &reset, NEW_PASSWORD).await.unwrap();
    assert!(world.opens("a@b.co", NEW_PASSWORD).await);
    assert!(world.audited().await.iter().all(|entry| entry.subject == user.to_string()), "of what was done");
    assert_eq!(world.audited().await.len(), 2);
}

#[tokio::test]
async fn a_proof_whose_answer_was_lost_has_done_all_it_is_good_for() {
    let world = World::new().await;
    let user = world.person("a@b.co").await;
    let (identity, plug) = Plug::of(&world);
    let reset = identity.reset_token_create(&acme(), "a@b.co").await.unwrap().unwrap().token;
    plug.set(Trouble::AnswersLost);
    let outcome = identity.password_reset(&acme(), &reset, NEW_PASSWORD).await;
    assert!(matches!(outcome, Err(CredentialError::Unavailable(_))));
    plug.set(Trouble::None);
    assert_eq!(
        identity.password_reset(&acme(), &reset, "another one 8").await,
        Err(CredentialError::Missing),
        "it was used"
    );
    assert!(world.opens("a@b.co", NEW_PASSWORD).await);
    assert_eq!(world.identity.email_is_verified(&acme(), user).await, Ok(true));
    assert_eq!(world.audited_as("identity.password.reset").await.len(), 1);
}

#[tokio::test]
async fn a_restated_session_whose_answer_was_lost_goes_on_after_a_refresh() {
    let world = World::new().await;
    let (identity, plug) = Plug::of(&world);
    let mut browser = world.signed_in(Browser::with_cookies(), USER).await;
    for trouble in [Trouble::ReadOnly, Trouble::AnswersLost] {
        plug.set(trouble);
        let outcome = identity.session_restate(&acme(), &browser.call(), claims("admin")).await;
        assert!(matches!(outcome, Err(SessionError::Unavailable(_))));
        plug.set(Trouble::None);
        identity.tick().await;
        let is_kept = trouble == Trouble::AnswersLost;
        let answer = identity.authenticate(&acme(), &browser.call(), true).await;
        assert_eq!(answer == Err(AuthenticateError::TryRefresh), is_kept, "{trouble:?}");
    }
    world.refresh(&mut browser).await.unwrap();
    assert_eq!(world.who(&browser).await.unwrap().unwrap().role.as_str(), "admin");
}
