//! What is talked about: topics and use cases by what people did around them lately. Each deed is a row and counts less the
//! older it is; where a thing stands is worked out anew, in the commit of the deed, from those of the longest window.

mod heat;
mod list;
mod statement;
mod touch;

use p2p_sdk::{Feature, Page, get};

use list::{Trend, Wanted};
pub use touch::{Deed, Touch, cool, settle, touch};

/// What trends add to the feature.
pub fn routes(feature: Feature) -> Feature {
    feature.route(
        get("/dashboard/trending", list::list)
            .summary("Topics and use cases that most was done around lately, the hottest first.")
            .paged()
            .query::<Wanted>()
            .answers::<Page<Trend<'static>>>(200),
    )
}
