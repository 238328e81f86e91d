//! Forums: topics of a network of organizations, and the posts in them. This file is the table of what the feature has;
//! what each route does stands in a file named after it. Knows no other feature.

mod authors;
mod categories;
#[cfg(test)]
mod fixture;
mod posts;
mod topics;

use p2p_sdk::{Code, Feature, Page, get, migration, post};

use topics::{Filter, NewTopic, Topic, WholeTopic};

/// The longest content, every character written as the longest escape of JSON, and what stands around it.
const TOPIC_BODY_LIMIT: usize = 640 << 10;

/// The feature.
pub fn feature() -> Feature {
    Feature::new(
        "forums",
        env!("CARGO_PKG_VERSION"),
        "Topics of a network of organizations and the posts in them.",
    )
    .migrations(&[
        migration!("../../migrations/forums", "0001_categories"),
        migration!("../../migrations/forums", "0002_topics"),
    ])
    .collection(posts::COLLECTION, &[&["topicId", "createdAt"]])
    .route(
        get("/forums/topics", topics::list)
            .summary("Topics the caller may see, pinned ones first.")
            .query::<Filter>()
            .paged()
            .answers::<Page<Topic<'static>>>(200),
    )
    .route(
        post("/forums/topics", topics::create)
            .summary("Opens a topic.")
            .idempotent()
            .body_limit(TOPIC_BODY_LIMIT)
            .takes::<NewTopic>()
            .answers::<WholeTopic<'static>>(201),
    )
    .route(
        get("/forums/topics/{id}", topics::read)
            .summary("A topic and its first posts.")
            .answers::<WholeTopic<'static>>(200)
            .fails(&[Code::NotFound]),
    )
}

p2p_sdk::export!(feature, [sql, documents, text, directory, log, clock, random]);
