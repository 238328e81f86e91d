//! Many fragments, one document. Two features may describe different things by one name: then the later one's is
//! renamed, references included. A route without a description still appears; one of the session protocol never does,
//! because its SDKs know it and it does not lie below `/api/v1`.

use p2p_tenants::{Access, Manifest, Route};
use serde_json::{Map, Value, json};

use super::problems;
use crate::keys;
use crate::path::{API, is_fdi};

type Object = Map<String, Value>;

/// The document of these features.
pub fn document<'a>(manifests: impl Iterator<Item = &'a Manifest>) -> Value {
    let (mut paths, mut components, mut tags) = (Object::new(), host_components(), Vec::new());
    for manifest in manifests {
        let mut fragment = manifest.openapi.clone();
        for (section, name) in clashes(&fragment, &components) {
            rename(&mut fragment, &section, &name, &format!("{}.{name}", manifest.name));
        }
        for (section, name, value) in entries(&fragment) {
            put(&mut components, &section, &name, value);
        }
        for route in manifest.routes.iter().filter(|route| !is_fdi(&route.path)) {
            let operation = operation(&fragment, route, manifest.name.as_str());
            let method = route.method.as_str().to_ascii_lowercase();
            put(&mut paths, &format!("{API}{}", route.path), &method, operation);
        }
        tags.push(json!({"name": manifest.name.as_str(), "description": manifest.summary}));
    }
    json!({
        "openapi": "3.1.0",
        "info": {"title": "Peer network API", "version": env!("CARGO_PKG_VERSION")},
        "servers": [{"url": "/"}],
        "tags": tags,
        "paths": paths,
        "components": components,
    })
}

fn host_components() -> Object {
    let components = json!({
        "schemas": {"Problem": {
            "type": "object",
            "required": ["message", "error_code", "details", "request_id"],
            "properties": {
                "message": {"type": "string", "description": "For people, in the language they asked for."},
                "error_code": {"type": "string", "description": "For programs; never changes with the language."},
                "details": {"type": "object"},
                "request_id": {"type": "string"},
            },
        }},
        "responses": {"Problem": {
            "description": "Any error, from any layer.",
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }},
        "securitySchemes": {
            "cookie": {"type": "apiKey", "in": "cookie", "name": "sAccessToken"},
            "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
            "key": {"type": "apiKey", "in": "header", "name": "X-Api-Key"},
        },
    });
    let mut components = match components {
        Value::Object(components) => components,
        _ => Object::new(),
    };
    for (name, response) in problems::responses() {
        put(&mut components, "responses", &name, response);
    }
    components
}

fn operation(fragment: &Value, route: &Route, feature: &str) -> Value {
    let method = route.method.as_str().to_ascii_lowercase();
    let described =
        fragment.get("paths").and_then(|paths| paths.get(&route.path)).and_then(|path| path.get(&method));
    let mut operation = described.and_then(Value::as_object).cloned().unwrap_or_default();
    operation.entry("tags").or_insert_with(|| json!([feature]));
    operation.entry("security").or_insert_with(|| Value::Array(security(route)));
    let parameters = path_parameters(&route.path);
    if !parameters.is_empty() {
        operation.entry("parameters").or_insert(Value::Array(parameters));
    }
    if let Value::Object(responses) = operation.entry("responses").or_insert_with(|| json!({})) {
        problems::add(responses, route);
        responses.entry("default").or_insert_with(|| json!({"$ref": "#/components/responses/Problem"}));
    }
    Value::Object(operation)
}

/// Ways to say who is calling, any of which will do.
fn security(route: &Route) -> Vec<Value> {
    let mut ways = match route.access {
        Access::Public => return Vec::new(),
        Access::Optional => vec![json!({}), json!({"cookie": []}), json!({"bearer": []})],
        _ => vec![json!({"cookie": []}), json!({"bearer": []})],
    };
    if keys::may_open(route) {
        ways.push(json!({"key": []}));
    }
    ways
}

fn path_parameters(path: &str) -> Vec<Value> {
    let names = path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'));
    names
        .map(|name| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}))
        .collect()
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
fn put(parent: &mut Object, section: &str, name: &str, value: Value) {
    match parent.get_mut(section).and_then(Value::as_object_mut) {
        Some(members) => drop(members.insert(name.to_owned(), value)),
        None => drop(parent.insert(section.to_owned(), json!({name: value}))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(name: &str, schema: &Value) -> Manifest {
        let json = json!({
            "contract": "0.1.0", "name": name, "version": "1",
            "routes": [
                {"method": "GET", "path": format!("/{name}/{{id}}"), "access": "session"},
                {"method": "POST", "path": format!("/{name}"), "access": "public"},
                {"method": "PUT", "path": format!("/{name}"), "access": "optional"},
                {"method": "POST", "path": format!("/fdi/{name}"), "access": "public"},
            ],
            "openapi": {
                "paths": {format!("/{name}/{{id}}"): {"get": {
                    "summary": "One", "responses": {"200": {"$ref": "#/components/schemas/Author"}},
                }}},
                "components": {"schemas": {"Author": schema}},
            },
        });
        Manifest::parse(json.to_string().as_bytes()).unwrap()
    }

    #[test]
    fn equal_names_are_shared_and_others_renamed() {
        let (text, number) = (json!({"type": "string"}), json!({"type": "number"}));
        let manifests = [manifest("a", &text), manifest("b", &text), manifest("c", &number)];
        let document = document(manifests.iter());
        let schemas = document["components"]["schemas"].as_object().unwrap();
        let names: Vec<_> = schemas.keys().map(String::as_str).collect();
        assert_eq!(names, ["Author", "Problem", "c.Author"]);
        let of = |path: &str| document["paths"][path]["get"]["responses"]["200"]["$ref"].clone();
        assert_eq!(of("/api/v1/b/{id}"), "#/components/schemas/Author");
        assert_eq!(of("/api/v1/c/{id}"), "#/components/schemas/c.Author");
    }

    #[test]
    fn every_route_appears_with_its_access_and_the_error() {
        let document = document([manifest("a", &json!({}))].iter());
        let post = &document["paths"]["/api/v1/a"]["post"];
        assert_eq!(post["security"], json!([]));
        assert_eq!(post["responses"]["default"]["$ref"], "#/components/responses/Problem");
        let get = &document["paths"]["/api/v1/a/{id}"]["get"];
        assert_eq!((&get["summary"], &get["tags"][0]), (&json!("One"), &json!("a")));
        assert_eq!(get["security"], json!([{"cookie": []}, {"bearer": []}, {"key": []}]));
        assert_eq!(get["parameters"][0]["name"], "id");
        assert_eq!(get["responses"]["401"]["$ref"], "#/components/responses/NotSignedIn");
        assert!(document["components"]["responses"].get("NotSignedIn").is_some());
        assert!(post["responses"].get("401").is_none() && post["responses"].get("429").is_some());
        assert_eq!(document["paths"]["/api/v1/a"]["put"]["security"][0], json!({}));
        assert_eq!(document["paths"].as_object().unwrap().len(), 2, "none of the session protocol");
    }
}
