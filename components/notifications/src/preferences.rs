//! What somebody wants to be told, and how: in the bell, by a letter at once, in a summary, or not at all.

mod choices;
mod kept;
mod show;
mod update;

use p2p_sdk::{Code, Feature, get, patch};

pub use choices::{Email, Preferences};
pub use kept::{of, of_all, put};

use choices::PreferenceChanges;

/// What preferences add to the feature.
pub fn routes(feature: Feature) -> Feature {
    feature
        .route(
            get("/notifications/preferences", show::show)
                .summary("What the caller wants to be told, and how.")
                .answers::<Preferences>(200),
        )
        .route(
            patch("/notifications/preferences", update::update)
                .summary("Change what the caller is told. What is not named stays.")
                .takes::<PreferenceChanges>()
                .example(r#"{"reply": {"email": "digest"}, "like": {"inApp": false}}"#)
                .answers::<Preferences>(200)
                .fails(&[Code::VersionConflict]),
        )
}
