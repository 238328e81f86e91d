//! Topics: listed, opened and read. One verb a file; the rules they share stand beside them.

pub mod activity;
mod bookmark;
mod create;
mod delete;
mod draft;
mod filter;
mod flag;
mod history;
mod list;
mod lock;
mod pin;
mod read;
mod row;
mod seen;
mod selection;
mod tags;
mod update;
mod visibility;
mod whole;

use p2p_sdk::{Code, Feature, Page, delete, get, patch, post};

pub use draft::{CONTENT, excerpt};
pub use history::{Version, keep as keep_version, page as versions};
pub use list::show as show_page;
pub use row::{Topic, columns};
pub use seen::{SEEN, Seen};
pub use visibility::{Visibility, narrow as narrow_to_seen};

use crate::switch::{Bookmark, Lock, Pin};
use bookmark::Bookmarked;
use draft::NewTopic;
use filter::Filter;
use update::TopicChanges;
use whole::WholeTopic;

/// The longest content, every character written as the longest escape of JSON, and what stands around it.
const TOPIC_BODY_LIMIT: usize = 640 << 10;

/// What topics add to the feature.
pub fn routes(feature: Feature) -> Feature {
    governed(feature)
        .route(
            get("/forums/topics", list::list)
                .summary("Topics the caller may see, pinned ones first.")
                .query::<Filter>()
                .paged()
                .answers::<Page<Topic<'static>>>(200),
        )
        .route(
            post("/forums/topics", create::create)
                .summary("Opens a topic.")
                .idempotent()
                .body_limit(TOPIC_BODY_LIMIT)
                .takes::<NewTopic>()
                .example(
                    r#"{"title": "Bearings of an old press run hot", "content": "The press on line two runs hot after the third shift. What would you look at first?", "category": "maintenance", "tags": ["press", "bearings"], "visibility": "network"}"#,
                )
                .answers::<WholeTopic<'static>>(201),
        )
        .route(
            get("/forums/topics/{id}", read::read)
                .summary("A topic and its first posts.")
                .answers::<WholeTopic<'static>>(200)
                .fails(&[Code::NotFound]),
        )
}

/// What is done to topics that are there.
fn governed(feature: Feature) -> Feature {
    feature
        .route(
            patch("/forums/topics/{id}", update::update)
                .summary("Changes a topic; for its author and their admins.")
                .body_limit(TOPIC_BODY_LIMIT)
                .takes::<TopicChanges>()
                .example(r#"{"title": "Bearings of a press from 1998 run hot", "tags": ["press"]}"#)
                .answers::<WholeTopic<'static>>(200)
                .fails(&[Code::NotFound, Code::Forbidden, Code::VersionConflict]),
        )
        .route(
            delete("/forums/topics/{id}", delete::delete)
                .summary("Deletes a topic with all its posts; for its author and their admins.")
                .answers_empty(204)
                .fails(&[Code::NotFound, Code::Forbidden, Code::VersionConflict]),
        )
        .route(
            get("/forums/topics/{id}/history", history::history)
                .summary("Every version of a topic, the latest first; for its author and their admins.")
                .paged()
                .answers::<Page<Version<'static>>>(200)
                .fails(&[Code::NotFound, Code::Forbidden]),
        )
        .route(
            post("/forums/topics/{id}/pin", pin::pin)
                .summary("Pins a topic, or no longer; for admins of its organization.")
                .may_take::<Pin>()
                .example(r#"{"pinned": true}"#)
                .answers::<Topic<'static>>(200)
                .fails(&[Code::NotFound, Code::Forbidden]),
        )
        .route(
            post("/forums/topics/{id}/lock", lock::lock)
                .summary("Locks a topic, or opens it again; for admins of its organization.")
                .may_take::<Lock>()
                .example(r#"{"locked": false}"#)
                .answers::<Topic<'static>>(200)
                .fails(&[Code::NotFound, Code::Forbidden]),
        )
        .route(
            post("/forums/topics/{id}/bookmark", bookmark::bookmark)
                .summary("Keeps a topic for later, or no longer.")
                .may_take::<Bookmark>()
                .example(r#"{"bookmarked": true}"#)
                .answers::<Bookmarked>(200)
                .fails(&[Code::NotFound]),
        )
}
