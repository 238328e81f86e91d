//! The host's own routes in the document.

use serde_json::{Map, Value, json};

use super::{headers, problems};
use crate::problem::Code;

/// The group they stand in.
pub const TAG: &str = "platform";

/// Errors of the audit log.
const OF_AUDIT: [Code; 12] = [
    Code::Malformed,
    Code::CursorInvalid,
    Code::Unauthenticated,
    Code::SessionExpired,
    Code::TryRefresh,
    Code::Forbidden,
    Code::EmailNotVerified,
    Code::Validation,
    Code::RateLimited,
    Code::Internal,
    Code::FeatureUnavailable,
    Code::Deadline,
];

/// Adds each of them, and the answers that they refer to.
pub fn add(paths: &mut Map<String, Value>, shared: &mut Map<String, Value>) {
    let mut add = |path: &str, operation: Value, codes: &[Code]| {
        paths.insert(path.to_owned(), json!({"get": finished(operation, codes, shared)}));
    };
    add("/api/v1/audit", audit(), &OF_AUDIT);
    add("/api/v1/openapi.json", document(), &[Code::Internal]);
    for (path, summary) in [
        ("/health", "Whether the server can serve, and its version"),
        ("/health/ready", "Whether requests may be sent here"),
    ] {
        add(path, health(summary), &[Code::FeatureUnavailable]);
    }
    add("/health/live", health("Whether the process lives"), &[]);
}

fn finished(mut operation: Value, codes: &[Code], shared: &mut Map<String, Value>) -> Value {
    if let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) {
        responses.values_mut().for_each(headers::add);
        problems::put(responses, &Value::Null, codes, shared);
    }
    operation
}

fn health(summary: &str) -> Value {
    let id = summary.to_lowercase().replace([' ', ','], "_");
    json!({
        "tags": [TAG],
        "operationId": format!("platform.{id}"),
        "summary": summary,
        "security": [],
        "responses": {"200": {"description": "It can.", "content": {"application/json": {"schema": {
            "type": "object",
            "required": ["status"],
            "properties": {
                "status": {"type": "string", "enum": ["ok"]},
                "version": {"type": "string"},
                "checks": {"type": "object", "additionalProperties": {"type": "string"}},
            },
        }}}}},
    })
}

fn document() -> Value {
    json!({
        "tags": [TAG],
        "operationId": "platform.openapi",
        "summary": "This document",
        "security": [],
        "responses": {"200": {
            "description": "What the tenant has.",
            "content": {"application/json": {"schema": {"type": "object"}}},
        }},
    })
}

fn audit() -> Value {
    json!({
        "tags": [TAG],
        "operationId": "platform.audit.list",
        "summary": "Who did what, newest first",
        "description": "For platform admins.",
        "security": [{"cookie": []}, {"bearer": []}],
        "parameters": [
            query("limit", json!({"type": "integer", "default": 20}), "Entries of a page, 1–100; others are clamped."),
            query("cursor", json!({"type": "string"}), "`nextCursor` of the page before."),
            query("actor", json!({"type": "string", "format": "uuid"}), "By this person."),
            query("action", json!({"type": "string"}), "Actions that begin with this, e.g. `identity.`."),
        ],
        "responses": {"200": {
            "description": "A page of the log.",
            "content": {"application/json": {"schema": page()}},
        }},
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
