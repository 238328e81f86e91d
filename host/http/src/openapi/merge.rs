//! Many fragments, one document. A route without a description still appears, with an answer that may be anything; one
//! of the session protocol never does, because its SDKs know it and it does not lie below `/api/v1`.

use p2p_tenants::{Access, Manifest, Route};
use serde_json::{Map, Value, json};

use super::components::{self, put};
use super::{headers, own, problems};
use crate::keys;
use crate::path::API;

type Object = Map<String, Value>;

const ABOUT: &str = "JSON in camelCase both ways. Every error has the shape `Problem`; `error_code` never changes with the \
    language. A path answers 405 `METHOD_NOT_ALLOWED` to other methods and names those it has in `Allow`. Everything else \
    that holds for every route stands in docs/api.md of the source.";

/// The document of these features.
pub fn document<'a>(manifests: impl Iterator<Item = &'a Manifest>) -> Value {
    let (mut paths, mut tags, mut shared) = (Object::new(), Vec::new(), Object::new());
    let mut components = components::of_host();
    for manifest in manifests {
        let mut fragment = manifest.openapi.clone();
        components::take(&mut components, &mut fragment, manifest.name.as_str());
        for route in manifest.routes.iter().filter(|route| problems::is_documented(route)) {
            let operation = operation(&fragment, route, manifest.name.as_str(), &mut shared);
            let method = route.method.as_str().to_ascii_lowercase();
            put(&mut paths, &format!("{API}{}", route.path), &method, operation);
        }
        tags.push(json!({"name": manifest.name.as_str(), "description": manifest.summary}));
    }
    own::add(&mut paths, &mut shared);
    tags.push(json!({"name": own::TAG, "description": "What belongs to the server itself."}));
    for (name, response) in shared {
        put(&mut components, "responses", &name, response);
    }
    let mut document = json!({
        "openapi": "3.1.0",
        "info": {"title": "Peer network API", "version": env!("CARGO_PKG_VERSION"), "description": ABOUT},
        "servers": [{"url": "/"}],
        "tags": tags,
        "paths": paths,
        "components": components,
    });
    components::prune(&mut document);
    document
}

fn operation(fragment: &Value, route: &Route, feature: &str, shared: &mut Object) -> Value {
    let method = route.method.as_str().to_ascii_lowercase();
    let described =
        fragment.get("paths").and_then(|paths| paths.get(&route.path)).and_then(|path| path.get(&method));
    let is_described = described.is_some();
    let mut operation = described.and_then(Value::as_object).cloned().unwrap_or_default();
    operation.entry("tags").or_insert_with(|| json!([feature]));
    operation.insert("security".to_owned(), Value::Array(security(route)));
    let parameters = path_parameters(&route.path);
    if !parameters.is_empty() {
        operation.entry("parameters").or_insert(Value::Array(parameters));
    }
    if let Value::Object(responses) = operation.entry("responses").or_insert_with(|| json!({})) {
        responses.values_mut().for_each(headers::add);
        problems::put(responses, fragment, &problems::of_route(route), shared);
        if !is_described {
            responses
                .insert("default".to_owned(), json!({"description": "Its feature does not describe it."}));
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(name: &str, schema: &Value) -> Manifest {
        let taken = json!({"description": "Taken.", "x-error-codes": ["EMAIL_TAKEN", "FORBIDDEN"]});
        let author = json!({"application/json": {"schema": {"$ref": "#/components/schemas/Author"}}});
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
                    "summary": "One",
                    "responses": {
                        "200": {"description": "It.", "content": author},
                        "403": {"$ref": format!("#/components/responses/{name}.X")},
                        "418": {"description": "Its own."},
                    },
                }}},
                "components": {"schemas": {"Author": schema}, "responses": {format!("{name}.X"): taken}},
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
        let of = |path: &str| {
            document["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]["$ref"].clone()
        };
        assert_eq!(of("/api/v1/b/{id}"), "#/components/schemas/Author");
        assert_eq!(of("/api/v1/c/{id}"), "#/components/schemas/c.Author");
    }

    #[test]
    fn every_route_appears_with_its_access() {
        let document = document([manifest("a", &json!({}))].iter());
        let (get, post) =
            (&document["paths"]["/api/v1/a/{id}"]["get"], &document["paths"]["/api/v1/a"]["post"]);
        assert_eq!(post["security"], json!([]));
        assert_eq!((&get["summary"], &get["tags"][0]), (&json!("One"), &json!("a")));
        assert_eq!(get["security"], json!([{"cookie": []}, {"bearer": []}, {"key": []}]));
        assert_eq!(get["parameters"][0]["name"], "id");
        assert!(get["responses"].get("default").is_none() && post["responses"].get("default").is_some());
        assert_eq!(document["paths"]["/api/v1/a"]["put"]["security"][0], json!({}));
        let paths = document["paths"].as_object().unwrap();
        assert!(paths.keys().all(|path| !path.contains("fdi")), "none of the session protocol");
    }

    #[test]
    fn codes_of_host_and_feature_stand_together() {
        let document = document([manifest("a", &json!({}))].iter());
        let responses = &document["paths"]["/api/v1/a/{id}"]["get"]["responses"];
        let shared = |status: &str| {
            let name = responses[status]["$ref"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
            let response = document["components"]["responses"][&name].clone();
            let codes =
                &response["content"]["application/json"]["schema"]["allOf"][1]["properties"]["error_code"];
            (codes["enum"].clone(), response["headers"].clone())
        };
        assert_eq!(shared("403").0, json!(["EMAIL_TAKEN", "FORBIDDEN", "EMAIL_NOT_VERIFIED"]));
        assert_eq!(shared("401").0, json!(["UNAUTHENTICATED", "SESSION_EXPIRED", "TRY_REFRESH"]));
        assert!(shared("503").1.get("Retry-After").is_some() && shared("504").1.get("Retry-After").is_none());
        assert_eq!(responses["418"]["description"], "Its own.");
        assert!(document["components"]["responses"].get("a.X").is_none(), "nothing refers to it any more");
    }

    #[test]
    fn nothing_is_referred_to_that_is_not_there() {
        let document = document([manifest("a", &json!({})), manifest("b", &json!({"type": "null"}))].iter());
        let text = document.to_string();
        let references: Vec<_> =
            text.split("\"$ref\":\"#").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert!(references.len() > 20);
        for reference in references {
            assert!(document.pointer(reference).is_some(), "{reference}");
        }
    }
}
