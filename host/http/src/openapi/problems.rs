//! The errors that a route may meet before or beside its feature: they are the host's to answer, so the host describes
//! them, once for all features.

use p2p_tenants::{Access, Route};
use serde_json::{Map, Value, json};

/// Name in `components.responses`, status, codes.
const SHARED: [(&str, &str, &str); 6] = [
    ("NotSignedIn", "401", "`UNAUTHENTICATED`, `TRY_REFRESH`, `SESSION_EXPIRED`"),
    ("NotAllowed", "403", "`FORBIDDEN`, `EMAIL_NOT_VERIFIED`"),
    ("TooMany", "429", "`RATE_LIMITED`"),
    ("Fault", "500", "`INTERNAL`"),
    ("Unavailable", "503", "`FEATURE_UNAVAILABLE`, `BUSY`"),
    ("Late", "504", "`DEADLINE`"),
];

/// Their descriptions.
pub fn responses() -> Map<String, Value> {
    let content = json!({"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}});
    let described = |(name, _, codes): &(&str, &str, &str)| {
        ((*name).to_owned(), json!({"description": codes, "content": content}))
    };
    SHARED.iter().map(described).collect()
}

/// Adds those that the route may meet; what its feature says of a status stays.
pub fn add(responses: &mut Map<String, Value>, route: &Route) {
    for (name, status, _) in SHARED {
        let may_meet = match status {
            "401" => route.access != Access::Public,
            "403" => !matches!(route.access, Access::Public | Access::Optional),
            _ => true,
        };
        if may_meet {
            let shared = || json!({"$ref": format!("#/components/responses/{name}")});
            responses.entry(status).or_insert_with(shared);
        }
    }
}
