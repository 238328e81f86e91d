//! That the document's word is taken: what it does not tell of is complained about.

use http::{HeaderMap, HeaderName, HeaderValue};

use super::*;

fn document() -> Document {
    let part = json!({"type": "object", "required": ["id"], "properties": {"id": {"type": "string", "format": "uuid"}}});
    let whole = json!({"allOf": [{"$ref": "#/components/schemas/Part"}, {"properties": {"name": {"type": "string"}}}]});
    Document::new(json!({
        "paths": {
            "/api/v1/things/{id}": {"get": {"responses": {
                "200": {
                    "description": "", "headers": {"ETag": {}},
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Whole"}}},
                },
                "204": {"description": ""},
                "503": {"$ref": "#/components/responses/Problem"},
            }}},
            "/api/v1/things/mine": {"get": {"responses": {"204": {"description": ""}}}},
        },
        "components": {
            "schemas": {
                "Part": part, "Whole": whole,
                "Problem": {"type": "object", "required": ["error_code"], "properties": {"error_code": {"type": "string"}}},
            },
            "headers": {"Retry-After": {"required": true}},
            "responses": {"Problem": {
                "description": "", "headers": {"Retry-After": {"$ref": "#/components/headers/Retry-After"}},
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
            }},
        },
    }))
}

fn answer(status: u16, headers: &[(&'static str, &'static str)], body: &Value) -> Answer {
    let pair = |(name, value): &(&'static str, &'static str)| {
        (HeaderName::from_static(name), HeaderValue::from_static(value))
    };
    let mut headers: HeaderMap = headers.iter().map(pair).collect();
    let text = if body.is_null() { String::new() } else { body.to_string() };
    if !text.is_empty() {
        headers.insert("content-type", HeaderValue::from_static("application/json"));
    }
    Answer { status, headers, json: body.clone(), text }
}

fn complaint(method: &str, path: &str, answer: &Answer) -> String {
    document().complaint(method, path, answer).unwrap_or_default()
}

const ID: &str = "0199d0c0-0000-7000-8000-000000000001";

#[test]
fn what_it_tells_of_passes() {
    let thing = json!({"id": ID, "name": "Press"});
    for answer in [
        answer(200, &[("etag", "\"1\"")], &thing),
        answer(200, &[], &json!({"id": ID})),
        answer(204, &[], &Value::Null),
        answer(503, &[("retry-after", "1")], &json!({"error_code": "BUSY"})),
    ] {
        assert_eq!(complaint("GET", "/api/v1/things/7?a=b", &answer), "");
    }
    assert_eq!(complaint("GET", "/api/v1/none", &answer(404, &[], &json!({"error_code": "NOT_FOUND"}))), "");
    assert_eq!(complaint("PUT", "/api/v1/things/7/", &answer(405, &[], &json!({"error_code": "X"}))), "");
    assert_eq!(complaint("GET", "/elsewhere", &answer(418, &[], &Value::Null)), "");
}

#[test]
fn what_it_does_not_tell_of_is_complained_about() {
    let thing = json!({"id": ID});
    for (answer, why) in [
        (answer(201, &[], &thing), "status"),
        (answer(200, &[("location", "/x")], &thing), "location"),
        (answer(200, &[], &json!({"id": "7"})), "uuid"),
        (answer(200, &[], &json!({"name": "Press"})), "required"),
        (answer(200, &[], &json!({"id": ID, "secret": 1})), "secret"),
        (answer(200, &[], &Value::Null), "application/json"),
        (answer(204, &[], &thing), "no body"),
        (answer(503, &[], &json!({"error_code": "BUSY"})), "Retry-After"),
    ] {
        let complaint = complaint("GET", "/api/v1/things/7", &answer);
        assert!(complaint.contains(why), "{why}: {complaint}");
    }
    assert!(complaint("GET", "/api/v1/things/mine", &answer(200, &[], &thing)).contains("status"));
    assert!(complaint("GET", "/api/v1/none", &answer(200, &[], &thing)).contains("404"));
    assert!(complaint("GET", "/api/v1/none", &answer(404, &[], &thing)).contains("shape"));
}
