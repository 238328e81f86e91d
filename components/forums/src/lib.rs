//! Forums: topics of a network of organizations, and the posts in them. This file is the table of what the feature has;
//! what each route does stands in a file named after it. Knows no other feature.

mod attachments;
mod below;
mod bookmarks;
mod categories;
mod contributors;
#[cfg(test)]
mod fixture;
mod likes;
mod mentions;
mod posts;
mod replies;
mod retell;
mod revisions;
mod sweep;
mod switch;
mod told;
mod topics;
mod views;

use std::time::Duration;

use p2p_sdk::{Feature, migration};

/// Between two looks for what nobody can see.
const SWEEP_EVERY: Duration = Duration::from_secs(10 * 60);

/// The feature.
pub fn feature() -> Feature {
    let feature = Feature::new(
        "forums",
        env!("CARGO_PKG_VERSION"),
        "Topics of a network of organizations and the posts in them.",
    )
    .migrations(&[
        migration!("../../migrations/forums", "0001_categories"),
        migration!("../../migrations/forums", "0002_topics"),
        migration!("../../migrations/forums", "0003_posts"),
        migration!("../../migrations/forums", "0004_community"),
        migration!("../../migrations/forums", "0005_list_indexes"),
    ]);
    let feature = retell::routes(feature).schedule("sweep", SWEEP_EVERY, sweep::run);
    let feature = likes::routes(replies::routes(posts::routes(topics::routes(feature))));
    attachments::routes(bookmarks::routes(contributors::routes(categories::routes(feature))))
}

p2p_sdk::export!(feature, [sql, documents, blobs, text, directory, cache, log, clock, random]);
