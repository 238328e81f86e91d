//! Search: an index of what other features tell, and the routes that ask it. This file is the table of what the feature
//! has. Knows no other feature but by its events, and never answers what a caller could not read there.

mod entries;
#[cfg(test)]
mod fixture;
#[cfg(test)]
mod golden;
mod heard;
mod query;
mod text;

use p2p_sdk::{Feature, migration};

/// The feature.
pub fn feature() -> Feature {
    let feature = Feature::new(
        "search",
        env!("CARGO_PKG_VERSION"),
        "Finds topics, posts, replies, use cases and people, in Arabic and English.",
    )
    .migrations(&[
        migration!("../../migrations/search", "0001_entries"),
        migration!("../../migrations/search", "0002_beginnings"),
    ]);
    heard::hear(query::routes(feature))
}

p2p_sdk::export!(feature, [sql, directory, log, clock]);
