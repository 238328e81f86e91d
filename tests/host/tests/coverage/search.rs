//! The table of `search`. What each caller finds of what is there is looked at elsewhere: here they may ask at all.

use crate::case::{Case, get, session};

/// Every route of the feature.
pub fn cases() -> Vec<Case> {
    vec![
        get("/search?q=press", session(200)),
        get("/search/users?q=sara", session(200)),
        get("/search/use-cases?q=camera", session(200)),
        get("/search/forums?q=bearings", session(200)),
        // Nothing to look for.
        get("/search?q=a", session(422)),
    ]
}
