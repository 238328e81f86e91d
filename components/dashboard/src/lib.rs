//! The dashboard: what people and organizations did, how much of it there is, and what is talked about. Made of other
//! features' events alone; asks none of them anything. This file is the table of what the feature has.

mod activities;
mod bookmarks;
mod counters;
#[cfg(test)]
mod fixture;
mod moments;
mod people;
mod stats;
mod things;
mod trending;
mod viewer;

use p2p_sdk::{Feature, migration};

/// The feature.
pub fn feature() -> Feature {
    let feature = Feature::new(
        "dashboard",
        env!("CARGO_PKG_VERSION"),
        "What people and organizations did, how much of it there is, and what is talked about.",
    )
    .migrations(&[
        migration!("../../migrations/dashboard", "0001_things"),
        migration!("../../migrations/dashboard", "0002_activities"),
        migration!("../../migrations/dashboard", "0003_trends"),
    ]);
    let feature = bookmarks::hear(people::hear(counters::hear(things::hear(feature))));
    stats::routes(trending::routes(activities::routes(feature)))
}

p2p_sdk::export!(feature, [sql, documents, directory, log, clock, random]);
