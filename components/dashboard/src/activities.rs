//! What people did: rows that say that it happened and who sees it, documents with what else is known of it. A row is kept
//! with what the event counts for; its document follows by an event of the feature's own, so that neither is lost.

mod action;
mod feed;
mod list;
mod messages;
mod note;
mod shown;
mod wanted;

use p2p_sdk::{Access, Code, Feature, Page, get};

pub use action::Action;
pub use list::recent;
pub use note::{Note, forget, note};
pub use shown::Activity;

use wanted::{Logged, Wanted};

/// The collection, as the seed of the product draws it.
const ACTIVITIES: &str = "activities";

/// What activities add to the feature.
pub fn routes(feature: Feature) -> Feature {
    let feature = feature
        .collection(ACTIVITIES, &[&["user_id", "created_at"], &["organization_id", "created_at"]])
        .on_event(note::NOTED, note::keep)
        .on_event("messaging.message.sent", messages::sent);
    feature
        .route(
            get("/dashboard/activity", list::activity)
                .summary("What people did, the latest first: the caller, their organization, or the network.")
                .paged()
                .query::<Wanted>()
                .answers::<Page<Activity<'static>>>(200),
        )
        .route(
            get("/activity", list::log)
                .access(Access::Admin)
                .summary("Everything that people of the caller's organization did, the latest first.")
                .paged()
                .query::<Logged>()
                .answers::<Page<Activity<'static>>>(200)
                .fails(&[Code::NotFound]),
        )
}
