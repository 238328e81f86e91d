//! What somebody was told: a list of their own, the latest first, to be read and to be put away.

mod count;
mod delete;
mod list;
mod notification;
mod read;
mod row;

use p2p_sdk::{Feature, Page, delete, get, post};

pub use row::{COLUMNS, Told};

use count::UnreadCount;
use list::Listing;
use notification::Notification;
use read::Reading;

/// What the inbox adds to the feature.
pub fn routes(feature: Feature) -> Feature {
    feature
        .route(
            get("/notifications", list::list)
                .summary("What the caller was told, the latest first.")
                .paged()
                .query::<Listing>()
                .answers::<Page<Notification<'static>>>(200),
        )
        .route(
            get("/notifications/unread-count", count::count)
                .summary("How many of them are unread.")
                .answers::<UnreadCount>(200),
        )
        .route(
            post("/notifications/read", read::read)
                .summary("Mark some or all of them as read; answers how many are left.")
                .takes::<Reading>()
                .example(r#"{"all": true}"#)
                .answers::<UnreadCount>(200),
        )
        .route(delete("/notifications/{id}", delete::delete).summary("Put one away.").answers_empty(204))
}
