//! The one place that writes an error's body: `{"message","error_code","details","request_id"}`.

use axum::body::Body;
use axum::response::Response;
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE};
use serde::Serialize;
use serde_json::Value;

use crate::messages::message;
use crate::problem::{Problem, Words};
use crate::visit::Visit;

#[derive(Serialize)]
struct Envelope<'a> {
    message: &'a str,
    error_code: &'a str,
    details: &'a Value,
    request_id: &'a str,
}

/// Fills in the body of a response that carries a problem; answers its code for the log.
pub fn fill(response: &mut Response, visit: &Visit) -> Option<String> {
    let problem = response.extensions_mut().remove::<Problem>()?;
    let (message, error_code) = match &problem.words {
        Words::Host(code) => (message(*code, visit.language), code.as_str()),
        Words::Feature { message, error_code } => (message.as_str(), error_code.as_str()),
    };
    let request_id = visit.request_id.as_str();
    let envelope = Envelope { message, error_code, details: &problem.details, request_id };
    // Strings and a JSON value always serialize.
    let body = serde_json::to_vec(&envelope).unwrap_or_default();
    *response.body_mut() = Body::from(body);
    let headers = response.headers_mut();
    // The router has counted the empty body that the problem travelled with.
    headers.remove(CONTENT_LENGTH);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Some(error_code.to_owned())
}
