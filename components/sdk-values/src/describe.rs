//! How ids and times are described to clients.

use serde_json::json;
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::{Timestamp, Uuid};

impl PartialSchema for Uuid {
    fn schema() -> RefOr<Schema> {
        from_json(json!({ "type": "string", "format": "uuid" }))
    }
}

impl ToSchema for Uuid {}

impl PartialSchema for Timestamp {
    fn schema() -> RefOr<Schema> {
        from_json(
            json!({ "type": "string", "format": "date-time", "example": Timestamp(1_795_000_000_000_000) }),
        )
    }
}

impl ToSchema for Timestamp {}

/// JSON that is no schema is a mistake of this file, which the tests of the SDK's schemas show.
fn from_json(json: serde_json::Value) -> RefOr<Schema> {
    serde_json::from_value(json).unwrap_or_default()
}
