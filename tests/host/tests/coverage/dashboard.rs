//! The table of `dashboard`.

use crate::case::{Case, admin, get, session};

/// Every route of the feature.
pub fn cases() -> Vec<Case> {
    vec![
        get("/dashboard/stats", session(200)),
        get("/dashboard/activity", session(200)),
        get("/dashboard/activity?scope=me", session(200)),
        get("/dashboard/activity?scope=network", session(200)),
        get("/dashboard/trending", session(200)),
        // For admins: what people of their own organization did, whoever they ask for.
        get("/activity", admin(200)),
        get("/activity?userId=USER", admin(200)),
    ]
}
