//! Messaging: what two people write to each other, sealed wherever it is kept. This file is the table of what the feature
//! has; what each route does stands in a file named after it. Knows no other feature.

mod again;
mod answer;
mod blocks;
mod conversations;
#[cfg(test)]
mod fixture;
mod message;
mod messages;
mod pair;
mod sides;
mod told;
mod unread;

use p2p_sdk::{Feature, migration};

/// The feature.
pub fn feature() -> Feature {
    let feature = Feature::new(
        "messaging",
        env!("CARGO_PKG_VERSION"),
        "Messages between two people, sealed wherever they are kept.",
    )
    .migrations(&[migration!("../../migrations/messaging", "0001_messages")]);
    blocks::routes(unread::routes(conversations::routes(messages::routes(feature))))
}

p2p_sdk::export!(feature, [sql, text, directory, secrets, log, clock, random]);
