//! What people wrote under a topic. Rows decide that a post is there and who sees it; what was written stands in documents,
//! and a document without a row is seen by nobody.

mod create;
mod delete;
mod document;
mod dressing;
mod history;
mod list;
mod page;
mod post;
mod read;
mod row;
mod texts;
mod update;

use p2p_sdk::{Code, Feature, Page, delete, get, patch, post};

pub use create::{keep, row};
#[cfg(test)]
pub use document::PostDocument;
pub use document::{CHUNKS, Chunk, POSTS, ReplyPart, Stored, Written, held, place, touched};
pub use dressing::Dressing;
pub use page::{Bare, FIRST_PAGE, fetch};
pub use post::Post;
pub use row::{COLUMNS as POST, PostRow};
pub use texts::{Text, Wanted, find as texts, one as text};
pub use update::NewContent;

use crate::revisions::REVISIONS;
use crate::topics::Version;
use create::NewPost;
use post::OnePost;

/// The longest content, every character written as the longest escape of JSON, and what stands around it.
const BODY_LIMIT: usize = 128 << 10;
/// The same for the root post.
const ROOT_BODY_LIMIT: usize = 640 << 10;

/// What posts add to the feature.
pub fn routes(feature: Feature) -> Feature {
    let feature = feature
        .collection(POSTS, &[&["topic_id", "created_at"], &["touched_at"]])
        .collection(CHUNKS, &[&["touched_at"]])
        .collection(REVISIONS, &[&["created_at"]]);
    of_topics(feature)
        .route(
            get("/forums/posts/{id}", read::read)
                .summary("A post and the replies to it, page by page.")
                .paged()
                .answers::<OnePost<'static>>(200)
                .fails(&[Code::NotFound]),
        )
        .route(
            patch("/forums/posts/{id}", update::update)
                .summary("Write one's own post anew.")
                .body_limit(ROOT_BODY_LIMIT)
                .takes::<NewContent>()
                .example(r#"{"content": "It began after the **third** shift, not before."}"#)
                .answers::<OnePost<'static>>(200)
                .fails(&[Code::NotFound, Code::Forbidden, Code::VersionConflict]),
        )
        .route(
            delete("/forums/posts/{id}", delete::delete)
                .summary("Delete a post and the replies to it; for its author and their admins.")
                .answers_empty(204)
                .fails(&[Code::NotFound, Code::Forbidden, Code::BadState, Code::VersionConflict]),
        )
        .route(
            get("/forums/posts/{id}/history", history::history)
                .summary("Every text a post had, the latest first; for its author and their admins.")
                .paged()
                .answers::<Page<Version<'static>>>(200)
                .fails(&[Code::NotFound, Code::Forbidden]),
        )
}

fn of_topics(feature: Feature) -> Feature {
    feature
        .route(
            get("/forums/topics/{id}/posts", list::list)
                .summary("The posts of a topic, oldest first, each with the first replies to it.")
                .paged()
                .answers::<Page<Post<'static>>>(200)
                .fails(&[Code::NotFound]),
        )
        .route(
            post("/forums/topics/{id}/posts", create::create)
                .summary("Add a post to a topic.")
                .idempotent()
                .body_limit(BODY_LIMIT)
                .takes::<NewPost>()
                .example(r#"{"content": "We had the same. Look at the coupling first."}"#)
                .answers::<Post<'static>>(201)
                .fails(&[Code::NotFound, Code::BadState]),
        )
}
