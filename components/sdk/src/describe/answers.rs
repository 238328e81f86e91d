//! What the document says a route answers: its own answers, and the problems it may meet by what it declares. Those that
//! any route may meet (a missing session, too many requests, a fault) are the host's to add.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::openapi::tells_version;
use super::schema::REFERENCE;
use crate::feature::{Feature, Route};
use crate::problem::Code;

/// The name of the schema of every problem.
pub(super) const PROBLEM: &str = "Problem";
/// Where a shared answer lists its codes, for a host that adds its own to them.
const CODES: &str = "x-error-codes";

/// The problems of all routes by what they say: most routes have most of them in common.
pub(super) fn shared_responses(feature: &Feature) -> Map<String, Value> {
    let problems = feature.routes.iter().filter(|route| route.documented).flat_map(problems);
    problems
        .map(|(_, codes)| {
            let said: Vec<_> = codes.iter().map(|code| format!("`{}`", code.as_str())).collect();
            let content =
                json!({ "application/json": { "schema": { "$ref": format!("{REFERENCE}{PROBLEM}") } } });
            let codes_said: Vec<_> = codes.iter().map(|code| code.as_str()).collect();
            let response = json!({ "description": said.join(", "), "content": content, CODES: codes_said });
            (response_name(feature, &codes), response)
        })
        .collect()
}

fn response_name(feature: &Feature, codes: &[Code]) -> String {
    let codes: Vec<_> = codes.iter().map(|code| code.as_str()).collect();
    format!("{}.{}", feature.name, codes.join("."))
}

/// Everything a route answers.
pub(super) fn responses(feature: &Feature, route: &Route) -> Value {
    let mut responses = Map::new();
    for status in &route.statuses {
        let schema = route.schemas.answers.iter().find(|(found, _)| found == status).map(|(_, of)| &of.name);
        let mut response = Map::from_iter([("description".to_owned(), json!(reason(*status)))]);
        if let Some(name) = schema {
            let schema = json!({ "$ref": format!("{REFERENCE}{name}") });
            response.insert("content".to_owned(), json!({ "application/json": { "schema": schema } }));
        }
        let headers = headers(feature, route, *status);
        if !headers.is_empty() {
            response.insert("headers".to_owned(), Value::Object(headers));
        }
        responses.insert(status.to_string(), Value::Object(response));
    }
    for (status, codes) in problems(route) {
        let shared = format!("#/components/responses/{}", response_name(feature, &codes));
        responses.insert(status.to_string(), json!({ "$ref": shared }));
    }
    Value::Object(responses)
}

/// Headers of an answer that went well. None of them need be there: a card of a stranger has no version.
fn headers(feature: &Feature, route: &Route, status: u16) -> Map<String, Value> {
    let text = |description: &str| json!({ "description": description, "schema": { "type": "string" } });
    let mut headers = Map::new();
    if matches!(status, 200 | 201) && tells_version(feature, route) {
        headers.insert("ETag".to_owned(), text("Its version, for `If-Match`."));
    }
    if matches!(status, 300..400) {
        headers.insert("Location".to_owned(), text("Where it is."));
    }
    if route.schemas.changes_session {
        headers.insert(
            "front-token".to_owned(),
            text("Who is signed in and until when; `remove` when nobody is."),
        );
        headers.insert("st-access-token".to_owned(), text("In header mode; empty when the session is over."));
        headers
            .insert("st-refresh-token".to_owned(), text("In header mode; empty when the session is over."));
        headers.insert("anti-csrf".to_owned(), text("In cookie mode, where the operator wants tokens."));
        headers.insert("Set-Cookie".to_owned(), text("`sAccessToken` and `sRefreshToken`, in cookie mode."));
    }
    headers
}

/// The problems of a route by status: what it says itself, and what follows from how it is declared.
fn problems(route: &Route) -> BTreeMap<u16, Vec<Code>> {
    let mut codes = Vec::new();
    if route.path.contains('{') {
        codes.push(Code::NotFound);
    }
    let schemas = &route.schemas;
    if schemas.takes.is_some() {
        codes.extend([Code::Malformed, Code::TooLarge]);
    }
    if schemas.takes.is_some() || schemas.query.is_some() || schemas.paged || route.idempotent {
        codes.push(Code::Validation);
    }
    if schemas.paged {
        codes.push(Code::CursorInvalid);
    }
    if route.uploads.is_some() {
        codes.extend([Code::TooLarge, Code::FileType]);
    }
    codes.extend(&route.fails);
    let mut by_status = BTreeMap::<u16, Vec<Code>>::new();
    for code in codes {
        let codes = by_status.entry(code.status()).or_default();
        if !codes.contains(&code) {
            codes.push(code);
        }
    }
    by_status
}

fn reason(status: u16) -> &'static str {
    match status {
        201 => "It was made.",
        202 => "It will be done.",
        204 => "It was done; there is nothing to say.",
        300..400 => "It is elsewhere.",
        _ => "Here it is.",
    }
}

/// The envelope of every error.
pub(super) fn problem_schema() -> Value {
    json!({
        "type": "object",
        "required": ["message", "error_code", "details", "request_id"],
        "properties": {
            "message": { "type": "string", "description": "For people, in the language they asked for." },
            "error_code": { "type": "string", "enum": Code::ALL.iter().map(|code| code.as_str()).collect::<Vec<_>>() },
            "details": {
                "type": "object",
                "properties": {
                    "fields": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["field", "message", "code"],
                            "properties": {
                                "field": { "type": "string" },
                                "message": { "type": "string" },
                                "code": { "type": "string" },
                            },
                        },
                    },
                },
            },
            "request_id": { "type": "string" },
        },
    })
}
