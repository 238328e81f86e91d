//! One document and what it says of an answer.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use jsonschema::{Draft, Validator};
use serde_json::{Map, Value, json};

use super::closed::close;
use crate::people::Answer;

/// Below this everything that is answered is in the document, or is an error in the one shape.
const API: &str = "/api/v1/";
/// Headers that mean something to a client. One that is answered must be told of.
const TOLD: [&str; 11] = [
    "etag",
    "location",
    "retry-after",
    "ratelimit-limit",
    "ratelimit-remaining",
    "ratelimit-reset",
    "front-token",
    "st-access-token",
    "st-refresh-token",
    "anti-csrf",
    "set-cookie",
];

/// See the module.
pub struct Document {
    root: Value,
    /// Compiled when they are first needed, by the pointer to the schema.
    validators: Mutex<HashMap<String, Arc<Validator>>>,
}

/// What stands at a path.
enum Found<'a> {
    /// A route, and the pointer to it.
    Route(&'a Value, String),
    /// Only other methods.
    OtherMethods,
    Nothing,
}

impl Document {
    /// From its JSON.
    pub fn new(mut root: Value) -> Self {
        close(&mut root);
        Self { root, validators: Mutex::default() }
    }

    /// What is not as the document says; none when all is.
    pub fn complaint(&self, method: &str, path: &str, answer: &Answer) -> Option<String> {
        if matches!(method, "OPTIONS" | "HEAD") {
            return None;
        }
        match self.find(method, path) {
            Found::Route(route, pointer) => self.complaint_of(route, &pointer, answer),
            Found::OtherMethods => self.wrong_problem(405, answer),
            Found::Nothing if path.starts_with(API) => self.wrong_problem(404, answer),
            Found::Nothing => None,
        }
    }

    fn complaint_of(&self, route: &Value, pointer: &str, answer: &Answer) -> Option<String> {
        let responses = route.get("responses")?;
        let status = answer.status.to_string();
        let Some(response) = responses.get(&status) else {
            let is_open = responses.get("default").is_some();
            return (!is_open).then(|| "does not list this status".to_owned());
        };
        let (response, pointer) = self.resolved(response, format!("{pointer}/responses/{status}"));
        wrong_headers(&self.root, response, answer).or_else(|| self.wrong_body(response, &pointer, answer))
    }

    fn wrong_body(&self, response: &Value, pointer: &str, answer: &Answer) -> Option<String> {
        let Some(content) = response.get("content").and_then(Value::as_object) else {
            return (!answer.text.is_empty()).then(|| "tells of no body".to_owned());
        };
        let said =
            answer.headers.get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
        let media_type = said.split(';').next().unwrap_or_default();
        if !content.contains_key(media_type) {
            return Some(format!("tells of {:?}, not of `{media_type}`", content.keys().collect::<Vec<_>>()));
        }
        let pointer = format!("{pointer}/content/{}/schema", media_type.replace('/', "~1"));
        self.errors(&pointer, &answer.json)
    }

    /// An answer that no route gave.
    fn wrong_problem(&self, status: u16, answer: &Answer) -> Option<String> {
        // A path that cannot be decoded is none.
        if ![status, 400].contains(&answer.status) {
            return Some(format!("has no such route: {status} was to be expected"));
        }
        self.errors("/components/schemas/Problem", &answer.json)
    }

    fn find(&self, method: &str, path: &str) -> Found<'_> {
        let path = path.split('?').next().unwrap_or_default().trim_end_matches('/');
        let paths = self.root.get("paths").and_then(Value::as_object).into_iter().flatten();
        let mut matching: Vec<_> = paths.filter(|(template, _)| matches(template, path)).collect();
        matching.sort_by_key(|(template, _)| {
            template.split('/').map(|part| part.starts_with('{')).collect::<Vec<_>>()
        });
        let method = method.to_lowercase();
        let found = matching.iter().find_map(|(template, item)| Some((*template, item.get(&method)?)));
        match found {
            Some((template, route)) => {
                let template = template.replace('~', "~0").replace('/', "~1");
                Found::Route(route, format!("/paths/{template}/{method}"))
            }
            None if matching.is_empty() => Found::Nothing,
            None => Found::OtherMethods,
        }
    }

    fn resolved<'a>(&'a self, value: &'a Value, pointer: String) -> (&'a Value, String) {
        let target = value.get("$ref").and_then(Value::as_str).and_then(|path| path.strip_prefix('#'));
        match target.and_then(|target| Some((self.root.pointer(target)?, target.to_owned()))) {
            Some(found) => found,
            None => (value, pointer),
        }
    }

    fn errors(&self, pointer: &str, body: &Value) -> Option<String> {
        let validator = self.validator(pointer);
        let mut errors = validator.iter_errors(body).take(5).peekable();
        errors.peek()?;
        let lines: Vec<_> = errors.map(|error| format!("{error} at `{}`", error.instance_path())).collect();
        Some(format!("has another shape: {}", lines.join("; ")))
    }

    #[expect(clippy::expect_used, reason = "a document with a schema that is none is to stop the test")]
    fn validator(&self, pointer: &str) -> Arc<Validator> {
        let mut known = self.validators.lock().expect("nobody panics over it");
        if let Some(validator) = known.get(pointer) {
            return Arc::clone(validator);
        }
        let mut whole: Map<String, Value> = self.root.as_object().cloned().unwrap_or_default();
        whole.insert(
            "allOf".to_owned(),
            json!([{"$ref": format!("#{}", pointer.replace('{', "%7B").replace('}', "%7D"))}]),
        );
        let options = jsonschema::options().with_draft(Draft::Draft202012).should_validate_formats(true);
        let validator = Arc::new(options.build(&Value::Object(whole)).expect("a schema"));
        known.insert(pointer.to_owned(), Arc::clone(&validator));
        validator
    }
}

fn wrong_headers(root: &Value, response: &Value, answer: &Answer) -> Option<String> {
    let none = Map::new();
    let headers = response.get("headers").and_then(Value::as_object).unwrap_or(&none);
    let is_told = |name: &str| headers.keys().any(|told| told.eq_ignore_ascii_case(name));
    if let Some(name) = TOLD.iter().find(|name| answer.headers.contains_key(**name) && !is_told(name)) {
        return Some(format!("does not tell of its header `{name}`"));
    }
    let is_required = |header: &Value| {
        let target = header.get("$ref").and_then(Value::as_str).and_then(|path| path.strip_prefix('#'));
        let header = target.and_then(|target| root.pointer(target)).unwrap_or(header);
        header.get("required") == Some(&Value::Bool(true))
    };
    let missing =
        headers.iter().find(|(name, header)| is_required(header) && !answer.headers.contains_key(*name));
    missing.map(|(name, _)| format!("promises a header `{name}`"))
}

/// Whether a path is one of this template. A parameter is one segment, and never empty.
fn matches(template: &str, path: &str) -> bool {
    let (mut wanted, mut given) = (template.split('/'), path.split('/'));
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return true,
            (Some(wanted), Some(given)) if wanted.starts_with('{') && !given.is_empty() => {}
            (Some(wanted), Some(given)) if wanted == given => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests;
