//! What a feature answered, as an HTTP response. A problem of a feature becomes one of ours, so that the envelope is
//! written in one place.

use axum::body::Body;
use axum::response::Response;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use p2p_runtime::FeatureResponse;
use serde::Deserialize;
use serde_json::Value;

use crate::problem::{Code, Problem, Words};

/// The media type by which a feature says that its body is a problem.
const PROBLEM: &[u8] = b"application/problem+json";

/// What passes by itself is worth another try after so long, where a feature does not say.
const RETRY_SECONDS: u32 = 5;

/// Comes with every change of a session.
const FRONT_TOKEN: HeaderName = HeaderName::from_static("front-token");
/// An answer with tokens is kept by nobody.
const NEVER_KEPT: HeaderValue = HeaderValue::from_static("no-store");
/// Others may be kept by their reader, who asks whether they still hold.
const ASKED_AGAIN: HeaderValue = HeaderValue::from_static("private, no-cache");

#[derive(Deserialize)]
struct FeatureProblem {
    message: String,
    error_code: String,
    #[serde(default)]
    details: Value,
}

/// Translates an answer.
pub fn respond(answer: FeatureResponse) -> Result<Response, Problem> {
    let status = StatusCode::from_u16(answer.status).map_err(|_| Code::Internal)?;
    if answer.headers.iter().any(|(name, value)| name == CONTENT_TYPE && is_problem(value.as_bytes())) {
        return Err(problem(status, answer));
    }
    let mut headers = HeaderMap::with_capacity(answer.headers.len() + 12);
    for (name, value) in answer.headers {
        headers.append(name, value);
    }
    let caching = if headers.contains_key(FRONT_TOKEN) { NEVER_KEPT } else { ASKED_AGAIN };
    headers.entry(CACHE_CONTROL).or_insert(caching);
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    Ok(response)
}

fn is_problem(media_type: &[u8]) -> bool {
    media_type.get(..PROBLEM.len()).is_some_and(|start| start.eq_ignore_ascii_case(PROBLEM))
}

fn problem(status: StatusCode, answer: FeatureResponse) -> Problem {
    let mut headers = answer.headers;
    headers.retain(|(name, _)| name != CONTENT_TYPE);
    let is_passing = matches!(status, StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS);
    if is_passing && !headers.iter().any(|(name, _)| name == RETRY_AFTER) {
        headers.push((RETRY_AFTER, HeaderValue::from(RETRY_SECONDS)));
    }
    let Ok(FeatureProblem { message, error_code, details }) = serde_json::from_slice(&answer.body) else {
        tracing::error!("a feature's problem is not the JSON it should be");
        return Problem { headers, ..Code::Internal.into() };
    };
    let details = if details.is_object() { details } else { Value::Object(serde_json::Map::new()) };
    Problem { status, words: Words::Feature { message, error_code }, details, headers }
}

#[cfg(test)]
mod tests {
    use axum::response::IntoResponse as _;
    use http::header::SET_COOKIE;

    use super::*;

    fn answer(status: u16, media_type: &'static str, body: &'static str) -> FeatureResponse {
        let header = |name, value| (name, HeaderValue::from_static(value));
        let headers = vec![
            header(CONTENT_TYPE, media_type),
            header(SET_COOKIE, "a=1"),
            header(SET_COOKIE, "b=2"),
            header(RETRY_AFTER, "9"),
        ];
        FeatureResponse { status, headers, body: body.into() }
    }

    #[test]
    fn a_problem_of_a_feature_keeps_its_words_and_headers() {
        let body = r#"{"message":"zu","error_code":"LOCKED_OUT","details":{"seconds":9}}"#;
        let problem = respond(answer(429, "Application/problem+json; charset=utf-8", body)).unwrap_err();
        assert_eq!((problem.status.as_u16(), &problem.details["seconds"]), (429, &Value::from(9)));
        assert!(matches!(&problem.words, Words::Feature { error_code, .. } if error_code == "LOCKED_OUT"));
        let response = problem.into_response();
        assert_eq!(response.headers().get_all(SET_COOKIE).iter().count(), 2);
        assert_eq!(response.headers()[RETRY_AFTER], "9");
        assert!(!response.headers().contains_key(CONTENT_TYPE));
    }

    #[test]
    fn what_passes_says_when_to_come_back_also_when_its_feature_forgot() {
        let body = r#"{"message":"x","error_code":"BUSY"}"#;
        for (status, wait) in [(503, Some("5")), (429, Some("5")), (409, None)] {
            let mut forgetful = answer(status, "application/problem+json", body);
            forgetful.headers.retain(|(name, _)| name != RETRY_AFTER);
            let headers = respond(forgetful).unwrap_err().into_response().headers().clone();
            assert_eq!(headers.get(RETRY_AFTER).map(|value| value.to_str().unwrap()), wait, "{status}");
        }
    }

    #[test]
    fn nonsense_called_a_problem_is_a_fault_of_ours() {
        let problem = respond(answer(400, "application/problem+json", "no")).unwrap_err();
        assert_eq!(problem.status, 500);
    }

    #[test]
    fn everything_else_goes_out_as_it_is() {
        let response = respond(answer(404, "text/plain", "gone")).unwrap();
        assert_eq!(response.status(), 404);
        assert_eq!(response.headers()[CONTENT_TYPE], "text/plain");
        assert_eq!(response.headers().get_all(SET_COOKIE).iter().count(), 2);
        assert_eq!(response.headers()[CACHE_CONTROL], "private, no-cache");
        let mut session = answer(200, "text/plain", "in");
        session.headers.push((FRONT_TOKEN, HeaderValue::from_static("x")));
        assert_eq!(respond(session).unwrap().headers()[CACHE_CONTROL], "no-store");
    }
}
