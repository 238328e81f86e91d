//! New claims for one session while its refresh token stays.

use p2p_identity::{AuthenticateError, Identity};
use p2p_identity_core::{AccessPayload, UnverifiedToken, verified_claim};

use crate::world::{Browser, USER, World, acme, claims};

fn payload(browser: &Browser) -> AccessPayload {
    let token = browser.cookie("sAccessToken").or(browser.kept.get("st-access-token").map(String::as_str));
    UnverifiedToken::parse(token.unwrap()).unwrap().from_its_issuer()
}

#[tokio::test]
async fn new_claims_come_in_the_same_mode_and_end_when_the_old_ones_would_have() {
    let world = World::new().await;
    for browser in [Browser::with_cookies(), Browser::with_headers()] {
        let mut browser = world.signed_in(browser, USER).await;
        let untouched = world.signed_in(Browser::with_cookies(), USER).await;
        let old = browser.clone();
        world.advance(600);
        let issued = world.identity.session_restate(&acme(), &browser.call(), claims("admin")).await.unwrap();
        assert_eq!((issued.user, issued.headers.len()), (USER, 2), "a front token and an access token");
        browser.take(&issued.headers);
        let (before, after) = (payload(&old), payload(&browser));
        assert_eq!((after.exp, after.iat), (before.exp, before.iat + 600));
        assert_eq!(after.refresh_token_hash1, before.refresh_token_hash1);
        assert_eq!((&after.session_handle, after.sub), (&issued.handle, USER));
        assert!(
            verified_claim(&after.claims).unwrap().1 >= verified_claim(&before.claims).unwrap().1 + 600_000
        );

        assert_eq!(world.who(&browser).await.unwrap().unwrap().role.as_str(), "admin");
        assert_eq!(world.who(&old).await, Err(AuthenticateError::TryRefresh));
        assert_eq!(
            world.who(&untouched).await.unwrap().unwrap().role.as_str(),
            "member",
            "one session alone"
        );
        world.advance(3000);
        assert_eq!(world.who(&browser).await, Err(AuthenticateError::TryRefresh), "its hour is over");
        world.refresh(&mut browser).await.expect("the refresh token is the same");
        assert_eq!(world.who(&browser).await.unwrap().unwrap().role.as_str(), "admin", "and the claims stay");
    }
}
