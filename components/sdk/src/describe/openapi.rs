//! The feature's part of the OpenAPI document, from its routes. Schemas carry the feature's name, so that the parts of
//! two features never take each other's.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::schema::{REFERENCE, SchemaOf};
use crate::feature::{Access, Feature, Route};
use crate::problem::Code;

const PROBLEM: &str = "Problem";

/// `paths` and `components.schemas`, to be merged with those of other features.
pub(super) fn fragment(feature: &Feature) -> Value {
    let mut paths = Map::new();
    let mut schemas = BTreeMap::from([(PROBLEM.to_owned(), problem_schema())]);
    for route in feature.routes.iter().filter(|route| route.documented) {
        let schemas_of_route =
            route.schemas.takes.iter().chain(route.schemas.answers.iter().map(|(_, of)| of));
        schemas.extend(schemas_of_route.flat_map(|of| of.schemas.clone()));
        let path = paths.entry(route.path).or_insert_with(|| json!({}));
        if let Value::Object(path) = path {
            path.insert(route.method.as_str().to_lowercase(), operation(feature, route));
        }
    }
    let components = json!({ "schemas": schemas, "responses": shared_responses(feature) });
    prefixed(json!({ "paths": paths, "components": components }), feature.name)
}

/// The problems of all routes by what they say: most routes have most of them in common.
fn shared_responses(feature: &Feature) -> Map<String, Value> {
    let problems = feature.routes.iter().filter(|route| route.documented).flat_map(problems);
    problems
        .map(|(_, codes)| {
            let said: Vec<_> = codes.iter().map(|code| format!("`{}`", code.as_str())).collect();
            let content =
                json!({ "application/json": { "schema": { "$ref": format!("{REFERENCE}{PROBLEM}") } } });
            (response_name(feature, &codes), json!({ "description": said.join(", "), "content": content }))
        })
        .collect()
}

fn response_name(feature: &Feature, codes: &[Code]) -> String {
    let codes: Vec<_> = codes.iter().map(|code| code.as_str()).collect();
    format!("{}.{}", feature.name, codes.join("."))
}

fn operation(feature: &Feature, route: &Route) -> Value {
    let mut operation = json!({
        "operationId": operation_id(route),
        "tags": [feature.name],
        "summary": route.summary,
        "responses": responses(feature, route),
    });
    let parameters = parameters(route);
    if let Value::Object(operation) = &mut operation {
        if !parameters.is_empty() {
            operation.insert("parameters".to_owned(), Value::Array(parameters));
        }
        if let Some(body) = body(route) {
            operation.insert("requestBody".to_owned(), body);
        }
        if !matches!(route.access, Access::Public | Access::Optional) {
            operation.insert("security".to_owned(), json!([{ "session": [] }]));
        }
    }
    operation
}

fn operation_id(route: &Route) -> String {
    let path = route.path.replace(['{', '}'], "").replace(['/', '-', '.'], "_");
    format!("{}{path}", route.method.as_str().to_lowercase())
}

fn parameters(route: &Route) -> Vec<Value> {
    let segments = route.path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'));
    let path = segments.map(|name| {
        let is_id = name == "id" || name.ends_with("Id");
        let schema =
            if is_id { json!({ "type": "string", "format": "uuid" }) } else { json!({ "type": "string" }) };
        json!({ "name": name, "in": "path", "required": true, "schema": schema })
    });
    let mut parameters: Vec<_> = path.collect();
    parameters.extend(route.schemas.query.iter().flat_map(query_parameters));
    if route.schemas.paged {
        parameters.extend(page_parameters());
    }
    if route.idempotent {
        parameters.push(json!({
            "name": "Idempotency-Key", "in": "header",
            "description": "The same key within 24 hours gets the first answer.",
            "schema": { "type": "string", "maxLength": 200 },
        }));
    }
    parameters
}

fn query_parameters(query: &SchemaOf) -> Vec<Value> {
    let schema = query.whole();
    let required = |name: &str| {
        schema
            .get("required")
            .and_then(Value::as_array)
            .is_some_and(|names| names.iter().any(|found| found == name))
    };
    let properties = schema.get("properties").and_then(Value::as_object);
    let parameter = |(name, schema): (&String, &Value)| json!({ "name": name, "in": "query", "required": required(name), "schema": schema });
    properties.into_iter().flatten().map(parameter).collect()
}

fn page_parameters() -> [Value; 4] {
    let parameter = |name: &str, schema: Value, description: &str| json!({ "name": name, "in": "query", "required": false, "schema": schema, "description": description });
    [
        parameter(
            "limit",
            json!({ "type": "integer", "default": 20 }),
            "Items on a page, 1–100; others are clamped.",
        ),
        parameter("cursor", json!({ "type": "string" }), "`nextCursor` of the page before."),
        parameter("page", json!({ "type": "integer", "minimum": 1 }), "Page number; page × limit ≤ 10 000."),
        parameter("count", json!({ "type": "boolean", "default": false }), "Whether `total` is wanted."),
    ]
}

fn body(route: &Route) -> Option<Value> {
    let takes = route.schemas.takes.as_ref();
    let fields = takes.map(|of| json!({ "$ref": format!("{REFERENCE}{}", of.name) }));
    if route.uploads.is_none() {
        return fields.map(
            |schema| json!({ "required": true, "content": { "application/json": { "schema": schema } } }),
        );
    }
    let files = json!({ "type": "object", "additionalProperties": { "type": "string", "format": "binary" } });
    let schema = match fields {
        Some(fields) => json!({ "allOf": [fields, files] }),
        None => files,
    };
    Some(json!({ "required": true, "content": { "multipart/form-data": { "schema": schema } } }))
}

fn responses(feature: &Feature, route: &Route) -> Value {
    let mut responses = Map::new();
    for status in &route.statuses {
        let schema = route.schemas.answers.iter().find(|(found, _)| found == status).map(|(_, of)| &of.name);
        let mut response = json!({ "description": reason(*status) });
        if let (Some(name), Value::Object(response)) = (schema, &mut response) {
            let schema = json!({ "$ref": format!("{REFERENCE}{name}") });
            response.insert("content".to_owned(), json!({ "application/json": { "schema": schema } }));
        }
        responses.insert(status.to_string(), response);
    }
    for (status, codes) in problems(route) {
        let shared = format!("#/components/responses/{}", response_name(feature, &codes));
        responses.insert(status.to_string(), json!({ "$ref": shared }));
    }
    Value::Object(responses)
}

/// The problems of a route by status: what it says itself, and what follows from how it is declared. Those that any
/// route may meet (a missing session, too many requests, a fault) are the host's to add.
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
        _ => "Here it is.",
    }
}

fn problem_schema() -> Value {
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

/// Puts the feature's name before every schema and into every reference.
fn prefixed(value: Value, feature: &str) -> Value {
    match value {
        Value::Object(members) => members
            .into_iter()
            .map(|(name, value)| match (name.as_str(), value) {
                ("schemas", Value::Object(schemas)) => {
                    let schemas = schemas.into_iter();
                    let renamed = schemas
                        .map(|(name, schema)| (format!("{feature}.{name}"), prefixed(schema, feature)));
                    (name, renamed.collect())
                }
                ("$ref", Value::String(path)) => {
                    let path = path.replacen(REFERENCE, &format!("{REFERENCE}{feature}."), 1);
                    (name, Value::String(path))
                }
                (_, value) => (name, prefixed(value, feature)),
            })
            .collect(),
        Value::Array(items) => items.into_iter().map(|item| prefixed(item, feature)).collect(),
        other => other,
    }
}
