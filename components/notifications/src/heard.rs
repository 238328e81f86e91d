//! What the feature hears of others, by who tells it. What each event means for whom stands in the file of its teller.

mod accounts;
mod forums;
mod likes;
mod messages;
mod use_cases;

use p2p_sdk::Feature;

/// Subscribes to everything that concerns somebody.
pub fn hear(feature: Feature) -> Feature {
    use_cases::hear(messages::hear(forums::hear(accounts::hear(feature))))
}
