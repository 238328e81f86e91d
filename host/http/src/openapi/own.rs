//! The host's own routes in the document.

use serde_json::{Value, json};

/// The group they stand in.
const TAG: &str = "platform";

/// Adds each of them.
pub fn add(document: &mut Value) {
    if let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) {
        paths.insert("/api/v1/audit".to_owned(), json!({"get": audit()}));
    }
    if let Some(tags) = document.get_mut("tags").and_then(Value::as_array_mut) {
        tags.push(json!({"name": TAG, "description": "What belongs to the server itself."}));
    }
}

fn audit() -> Value {
    json!({
        "tags": [TAG],
        "operationId": "platform.audit.list",
        "summary": "Who did what, newest first",
        "description": "For platform admins.",
        "security": [{"cookie": []}, {"bearer": []}],
        "parameters": [
            query("limit", json!({"type": "integer", "minimum": 1, "maximum": 100, "default": 20}), "Entries of a page."),
            query("cursor", json!({"type": "string"}), "`nextCursor` of the page before."),
            query("actor", json!({"type": "string", "format": "uuid"}), "By this person."),
            query("action", json!({"type": "string"}), "Actions that begin with this, e.g. `identity.`."),
        ],
        "responses": {
            "200": {
                "description": "A page of the log.",
                "content": {"application/json": {"schema": page()}},
            },
            "default": {"$ref": "#/components/responses/Problem"},
        },
    })
}

fn query(name: &str, schema: Value, description: &str) -> Value {
    json!({"name": name, "in": "query", "required": false, "schema": schema, "description": description})
}

fn page() -> Value {
    let optional = |format: &str| json!({"type": ["string", "null"], "format": format});
    json!({
        "type": "object",
        "required": ["items", "limit", "hasNext", "nextCursor"],
        "properties": {
            "items": {"type": "array", "items": {
                "type": "object",
                "required": ["id", "at", "actor", "action", "subject", "requestId", "address", "details"],
                "properties": {
                    "id": {"type": "string", "format": "uuid"},
                    "at": {"type": "string", "format": "date-time"},
                    "actor": optional("uuid"),
                    "action": {"type": "string"},
                    "subject": {"type": "string"},
                    "requestId": {"type": ["string", "null"]},
                    "address": {"type": ["string", "null"]},
                    "details": {"type": "object"},
                },
            }},
            "limit": {"type": "integer"},
            "hasNext": {"type": "boolean"},
            "nextCursor": {"type": ["string", "null"]},
        },
    })
}
