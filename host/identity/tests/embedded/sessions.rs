//! Sessions from sign-in to their end.

use p2p_identity::SessionError;

use crate::world::{Browser, USER, World};

#[tokio::test]
async fn a_lost_answer_is_no_theft_and_an_old_token_is() {
    let world = World::new().await;
    let mut browser = world.signed_in(Browser::with_cookies(), USER).await;
    let mut behind = browser.clone();
    world.refresh(&mut browser).await.unwrap();
    world.advance(30);
    let mut retried = behind.clone();
    world.refresh(&mut retried).await.expect("within the grace");
    world.advance(1);
    assert!(matches!(world.refresh(&mut behind).await, Err(SessionError::Reused(_))));
    assert!(behind.holds_nothing());
    for mut left in [browser, retried] {
        assert!(world.is_out(&left).await, "the whole family is out, at once");
        assert!(matches!(world.refresh(&mut left).await, Err(SessionError::Invalid(_))));
        assert!(left.holds_nothing());
    }
}

#[tokio::test]
async fn two_tabs_that_refresh_at_once_both_go_on() {
    let world = World::new().await;
    for last_answer_is_the_first in [true, false] {
        let browser = world.signed_in(Browser::with_cookies(), USER).await;
        let (mut one, mut two) = (browser.clone(), browser.clone());
        let (first, second) = tokio::join!(world.refresh(&mut one), world.refresh(&mut two));
        assert!(first.is_ok() && second.is_ok());
        let (mut kept, mut lost) = if last_answer_is_the_first { (one, two) } else { (two, one) };
        world.advance(3600);
        world.refresh(&mut kept).await.expect("whichever answer the browser kept");
        world.advance(31);
        assert!(matches!(world.refresh(&mut lost).await, Err(SessionError::Reused(_))));
    }
}

#[tokio::test]
async fn a_session_that_nobody_refreshes_ends_by_itself() {
    let world = World::new().await;
    let mut browser = world.signed_in(Browser::with_cookies(), USER).await;
    world.advance(100 * 24 * 3600 - 1);
    world.refresh(&mut browser).await.expect("the last second");
    world.advance(100 * 24 * 3600);
    assert!(matches!(world.refresh(&mut browser).await, Err(SessionError::Invalid(_))));
    assert!(browser.holds_nothing());
}
