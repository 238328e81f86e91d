//! Use cases: what organizations tried, what came of it, and where on the map. This file is the table of what the feature
//! has; what each route does stands in a file named after it. Knows no other feature.

mod bookmarks;
mod cases;
#[cfg(test)]
mod fixture;
mod likes;
mod media;
mod retold;
mod sweep;
mod switch;
mod told;
mod views;

use p2p_sdk::{Feature, migration};

/// The feature.
pub fn feature() -> Feature {
    let feature = Feature::new(
        "use-cases",
        env!("CARGO_PKG_VERSION"),
        "What organizations tried, what came of it, and where on the map.",
    )
    .migrations(&[migration!("../../migrations/use-cases", "0001_use_cases")])
    .schedule("sweep", sweep::EVERY, sweep::run)
    .retells("use-case", retold::tell);
    media::routes(bookmarks::routes(likes::routes(cases::routes(feature))))
}

p2p_sdk::export!(feature, [sql, documents, blobs, text, directory, cache, log, clock, random]);
