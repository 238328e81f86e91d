//! The feature's part of the OpenAPI document, from its routes. Schemas carry the feature's name, so that the parts of
//! two features never take each other's.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::answers::{PROBLEM, problem_schema, responses, shared_responses};
use super::schema::{REFERENCE, SchemaOf};
use crate::feature::{Feature, Route};
use crate::problem::Code;
use crate::request::Method;

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
    if takes_if_match(route) {
        parameters.push(json!({
            "name": "If-Match", "in": "header",
            "description": "The `ETag` of what was read. When it was changed since then, nothing happens: 409 `VERSION_CONFLICT`.",
            "schema": { "type": "string" },
        }));
    }
    parameters
}

/// Whether it changes something that has versions. A POST that meets a newer one took none to compare with.
fn takes_if_match(route: &Route) -> bool {
    route.method != Method::Post && route.fails.contains(&Code::VersionConflict)
}

/// Whether its answers may carry the version of something: because it changes it; because what is read there is changed
/// at the same path; because what a POST makes or does is about something that is changed right above or below.
pub(super) fn tells_version(feature: &Feature, route: &Route) -> bool {
    let is_about = |other: &Route| {
        let is_post = route.method == Method::Post;
        other.path == route.path
            || is_post && (is_next(route.path, other.path) || is_next(other.path, route.path))
    };
    route.fails.contains(&Code::VersionConflict)
        || feature.routes.iter().filter(|other| takes_if_match(other)).any(is_about)
}

/// Whether a path is another and one segment more.
fn is_next(path: &str, longer: &str) -> bool {
    longer.strip_prefix(path).and_then(|rest| rest.strip_prefix('/')).is_some_and(|rest| !rest.contains('/'))
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
    let parameter = |(name, schema): (&String, &Value)| json!({ "name": name, "in": "query", "required": required(name), "schema": without_empty_default(schema) });
    properties.into_iter().flatten().map(parameter).collect()
}

/// What is not given has no value. A derived schema calls it `null`, or an empty text even where a list is taken.
fn without_empty_default(schema: &Value) -> Value {
    let mut schema = schema.clone();
    let is_empty = |default: &Value| default.is_null() || default == "";
    if let Value::Object(members) = &mut schema
        && members.get("default").is_some_and(is_empty)
    {
        members.remove("default");
    }
    schema
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
        let mut content = Map::from_iter([("schema".to_owned(), fields?)]);
        content.extend(route.schemas.example().map(|example| ("example".to_owned(), example)));
        let is_required = !route.schemas.is_body_optional;
        return Some(json!({ "required": is_required, "content": { "application/json": content } }));
    }
    let files = json!({ "type": "object", "additionalProperties": { "type": "string", "format": "binary" } });
    let schema = match fields {
        Some(fields) => json!({ "allOf": [fields, files] }),
        None => files,
    };
    Some(json!({ "required": true, "content": { "multipart/form-data": { "schema": schema } } }))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feature::post;
    use crate::{Ctx, Problem, Request, Response};

    #[derive(utoipa::ToSchema)]
    #[expect(dead_code, reason = "only its schema matters")]
    struct Switch {
        on: Option<bool>,
    }

    async fn nothing(_: &Ctx, _: Request) -> Result<Response, Problem> {
        Ok(Response::no_content())
    }

    #[test]
    fn a_body_that_may_be_left_out_is_told_so() {
        let feature = Feature::new("things", "1.2.3", "Keeps things.")
            .route(post("/must", nothing).takes::<Switch>().answers_empty(204))
            .route(post("/may", nothing).may_take::<Switch>().answers_empty(204));
        let paths = &fragment(&feature)["paths"];
        let required = |path: &str| paths[path]["post"]["requestBody"]["required"].clone();
        assert_eq!((required("/must"), required("/may")), (json!(true), json!(false)));
    }

    #[test]
    fn only_a_value_is_told_as_a_default() {
        for (schema, told) in [
            (json!({ "type": "array", "default": "" }), json!({ "type": "array" })),
            (json!({ "type": ["string", "null"], "default": null }), json!({ "type": ["string", "null"] })),
            (json!({ "type": "boolean", "default": false }), json!({ "type": "boolean", "default": false })),
        ] {
            assert_eq!(without_empty_default(&schema), told);
        }
    }
}
