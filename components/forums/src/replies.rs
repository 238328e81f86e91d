//! Replies to posts. Each has a row, which says that it is there and where it stands, and a place in a document of its post.

mod best;
mod create;
mod delete;
mod reply;
mod room;
mod row;
mod update;

use p2p_sdk::{Code, Feature, delete, patch, post};

pub use best::place as best_place;
pub use reply::Reply;
pub use row::{COLUMNS as REPLY, ReplyRow, first_of, page_of};

use crate::posts::NewContent;
use crate::switch::Best;
use create::NewReply;

/// What replies add to the feature.
pub fn routes(feature: Feature) -> Feature {
    feature
        .route(
            post("/forums/posts/{id}/reply", create::create)
                .summary("Reply to a post, or to a reply to it.")
                .idempotent()
                .takes::<NewReply>()
                .example(r#"{"content": "Thank you, that was it."}"#)
                .answers::<Reply<'static>>(201)
                .fails(&[Code::NotFound, Code::BadState]),
        )
        .route(
            patch("/forums/replies/{id}", update::update)
                .summary("Write one's own reply anew.")
                .takes::<NewContent>()
                .example(r#"{"content": "Thank you, that was it: the coupling was worn."}"#)
                .answers::<Reply<'static>>(200)
                .fails(&[Code::NotFound, Code::Forbidden, Code::VersionConflict]),
        )
        .route(
            delete("/forums/replies/{id}", delete::delete)
                .summary("Delete a reply; for its author and their admins. Its place stays while others answer to it.")
                .answers_empty(204)
                .fails(&[Code::NotFound, Code::Forbidden, Code::VersionConflict]),
        )
        .route(
            patch("/forums/replies/{id}/best", best::best)
                .summary("Choose the reply that answers the topic, in place of any other, or withdraw the choice.")
                .may_take::<Best>()
                .example(r#"{"best": true}"#)
                .answers::<Reply<'static>>(200)
                .fails(&[Code::NotFound, Code::Forbidden, Code::VersionConflict]),
        )
}
