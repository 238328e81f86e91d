//! Schemas made strict: a member that a schema does not name is a member the document does not tell of. Readers of the
//! document may meet new ones; a test of today's server may not.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

const REFERENCE: &str = "#/components/schemas/";

/// Closes every schema of a document. One that others are composed of stays open itself, and is closed by them.
pub fn close(document: &mut Value) {
    let mut parts = BTreeSet::new();
    find_parts(document, &mut parts);
    let schemas = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut);
    for (name, schema) in schemas.into_iter().flatten() {
        walk(schema, parts.contains(name));
    }
    for section in ["/components/responses", "/paths"] {
        if let Some(section) = document.pointer_mut(section) {
            walk_contents(section);
        }
    }
}

/// Names of schemas that stand in an `allOf`.
fn find_parts(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            let parts = members.get("allOf").and_then(Value::as_array).into_iter().flatten();
            let names = parts.filter_map(|part| part.get("$ref")?.as_str()?.strip_prefix(REFERENCE));
            found.extend(names.map(str::to_owned));
            members.values().for_each(|member| find_parts(member, found));
        }
        Value::Array(elements) => elements.iter().for_each(|element| find_parts(element, found)),
        _ => {}
    }
}

/// The schemas of bodies, wherever they stand.
fn walk_contents(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                if name == "schema" { walk(member, false) } else { walk_contents(member) }
            }
        }
        Value::Array(elements) => elements.iter_mut().for_each(walk_contents),
        _ => {}
    }
}

fn walk(schema: &mut Value, is_part: bool) {
    let Value::Object(members) = schema else { return };
    for (name, member) in members.iter_mut() {
        match (name.as_str(), member) {
            ("properties" | "patternProperties", Value::Object(properties)) => {
                properties.values_mut().for_each(|property| walk(property, false));
            }
            ("allOf", Value::Array(parts)) => parts.iter_mut().for_each(|part| walk(part, true)),
            ("oneOf" | "anyOf", Value::Array(parts)) => parts.iter_mut().for_each(|part| walk(part, is_part)),
            ("items" | "additionalProperties", inner) => walk(inner, false),
            _ => {}
        }
    }
    if !is_part && names_members(members) {
        members.insert("unevaluatedProperties".to_owned(), false.into());
    }
}

fn names_members(schema: &Map<String, Value>) -> bool {
    (schema.contains_key("properties") || schema.contains_key("allOf"))
        && !schema.contains_key("additionalProperties")
}
