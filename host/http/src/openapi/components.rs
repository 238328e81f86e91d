//! What routes refer to: the host's own shapes, those of the fragments beside them, and in the end only those that
//! anything refers to. Two features may describe different things by one name: then the later one's is renamed,
//! references included.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::headers;

type Object = Map<String, Value>;

/// The host's own.
pub fn of_host() -> Object {
    let components = json!({
        "schemas": {"Problem": problem()},
        "headers": headers::shared(),
        "responses": {"Problem": {
            "description": "Any error, from any layer.",
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }},
        "securitySchemes": {
            "cookie": {
                "type": "apiKey", "in": "cookie", "name": "sAccessToken",
                "description": "The session of a browser, as the answer that opened it set it. A call that changes \
                    something is refused when it comes from a page that is not one of the operator's; where cookies \
                    cross sites it also needs a header, `rid` or `anti-csrf`.",
            },
            "bearer": {
                "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
                "description": "The same session in header mode: `st-access-token` of the answer that opened it.",
            },
            "key": {
                "type": "apiKey", "in": "header", "name": "X-Api-Key",
                "description": "The key of a program, with the scope of the feature: `p2pk_…`. It may also be sent as \
                    `Authorization: Bearer p2pk_…`.",
            },
        },
    });
    match components {
        Value::Object(components) => components,
        _ => Object::new(),
    }
}

fn problem() -> Value {
    let text = |description: &str| json!({"type": "string", "description": description});
    json!({
        "type": "object",
        "required": ["message", "error_code", "details", "request_id"],
        "properties": {
            "message": text("For people, in the language they asked for."),
            "error_code": text("For programs; never changes with the language."),
            "details": {
                "type": "object",
                "description": "More for programs. 422 names the fields.",
                "properties": {"fields": {"type": "array", "minItems": 1, "items": {
                    "type": "object",
                    "required": ["field", "message", "code"],
                    "properties": {
                        "field": text("As the request wrote it."),
                        "message": text("For people."),
                        "code": text("The rule that it breaks."),
                    },
                }}},
                "additionalProperties": true,
            },
            "request_id": text("Names the request in the log."),
            "claimValidationErrors": {
                "type": "array",
                "description": "Only with `EMAIL_NOT_VERIFIED`, for the SDKs of sessions: the claim that is in the way.",
                "items": {"type": "object", "required": ["id", "reason"]},
            },
        },
    })
}

/// Takes over the components of a fragment, which is renamed where it must be.
pub fn take(components: &mut Object, fragment: &mut Value, feature: &str) {
    for (section, name) in clashes(fragment, components) {
        rename(fragment, &section, &name, &format!("{feature}.{name}"));
    }
    for (section, name, value) in entries(fragment) {
        put(components, &section, &name, value);
    }
}

/// Drops schemas and responses that nothing refers to. What another one of them refers to is kept with it.
pub fn prune(document: &mut Value) {
    let mut kept = BTreeSet::new();
    let mut open: Vec<String> = Vec::new();
    if let Some(paths) = document.get("paths") {
        references(paths, &mut open);
    }
    while let Some(reference) = open.pop() {
        let target = reference.strip_prefix('#').and_then(|pointer| document.pointer(pointer));
        if let Some(target) = target.filter(|_| kept.insert(reference.clone())) {
            references(target, &mut open);
        }
    }
    for section in ["schemas", "responses"] {
        let members = document.get_mut("components").and_then(|components| components.get_mut(section));
        if let Some(members) = members.and_then(Value::as_object_mut) {
            members.retain(|name, _| kept.contains(&format!("#/components/{section}/{name}")));
        }
    }
}

fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            found.extend(members.get("$ref").and_then(Value::as_str).map(str::to_owned));
            members.values().for_each(|member| references(member, found));
        }
        Value::Array(elements) => elements.iter().for_each(|element| references(element, found)),
        _ => {}
    }
}

/// Every component of a fragment: section, name, value.
fn entries(fragment: &Value) -> Vec<(String, String, Value)> {
    let sections = fragment.get("components").and_then(Value::as_object).into_iter().flatten();
    let each = |(section, values): (&String, &Value)| {
        let values = values.as_object().cloned().unwrap_or_default();
        values.into_iter().map(|(name, value)| (section.clone(), name, value)).collect::<Vec<_>>()
    };
    sections.flat_map(each).collect()
}

/// Components of the fragment whose names already mean something else.
fn clashes(fragment: &Value, components: &Object) -> Vec<(String, String)> {
    let is_other = |(section, name, value): &(String, String, Value)| {
        components.get(section).and_then(|known| known.get(name)).is_some_and(|known| known != value)
    };
    entries(fragment).into_iter().filter(is_other).map(|(section, name, _)| (section, name)).collect()
}

fn rename(fragment: &mut Value, section: &str, from: &str, to: &str) {
    let values = fragment.get_mut("components").and_then(|components| components.get_mut(section));
    if let Some(values) = values.and_then(Value::as_object_mut)
        && let Some(value) = values.remove(from)
    {
        values.insert(to.to_owned(), value);
    }
    let reference = |name: &str| format!("#/components/{section}/{name}");
    replace_references(fragment, &reference(from), &reference(to));
}

fn replace_references(value: &mut Value, from: &str, to: &str) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match member {
                    Value::String(target) if name == "$ref" && target == from => to.clone_into(target),
                    member => replace_references(member, from, to),
                }
            }
        }
        Value::Array(elements) => {
            elements.iter_mut().for_each(|element| replace_references(element, from, to));
        }
        _ => {}
    }
}

/// Puts a value into the object of this name, which is made when it is missing.
pub fn put(parent: &mut Object, section: &str, name: &str, value: Value) {
    match parent.get_mut(section).and_then(Value::as_object_mut) {
        Some(members) => drop(members.insert(name.to_owned(), value)),
        None => drop(parent.insert(section.to_owned(), json!({name: value}))),
    }
}
