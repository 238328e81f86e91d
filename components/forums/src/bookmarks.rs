//! Topics that somebody keeps for later: theirs alone, the last one kept first.

mod list;

use p2p_sdk::{Feature, Page, get};

use crate::topics::Topic;

/// What bookmarks add to the feature.
pub fn routes(feature: Feature) -> Feature {
    feature.route(
        get("/forums/bookmarks", list::list)
            .summary("Topics the caller keeps, the last one kept first.")
            .paged()
            .answers::<Page<Topic<'static>>>(200),
    )
}
