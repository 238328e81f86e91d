//! Which pages of other origins may call, and what they may read. An explicit list, with credentials; an origin that
//! is not on it gets no CORS header at all. Documents that are for every page say so themselves.

use std::collections::HashSet;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
};
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode};

const METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
const MAX_AGE: HeaderValue = HeaderValue::from_static("600");
const REQUEST_HEADERS: HeaderValue = HeaderValue::from_static(
    "content-type, rid, fdi-version, anti-csrf, authorization, st-auth-mode, idempotency-key, if-match, \
     accept-language, x-request-id",
);
const EXPOSED: HeaderValue = HeaderValue::from_static(
    "front-token, anti-csrf, st-access-token, st-refresh-token, etag, x-request-id, retry-after, \
     ratelimit-limit, ratelimit-remaining, ratelimit-reset, ratelimit-policy",
);

/// The origins that may call.
#[derive(Debug, Default)]
pub struct Cors {
    origins: HashSet<HeaderValue>,
}

impl Cors {
    /// These origins, as browsers write them.
    pub fn new(origins: &[String]) -> Self {
        Self { origins: origins.iter().filter_map(|origin| HeaderValue::try_from(origin).ok()).collect() }
    }

    /// The request's origin, if it is on the list.
    pub fn allowed(&self, headers: &HeaderMap) -> Option<HeaderValue> {
        headers.get(ORIGIN).filter(|origin| self.origins.contains(*origin)).cloned()
    }

    /// The answer to a preflight; none when the request is no preflight.
    pub fn preflight(&self, request: &Request<Body>) -> Option<Response> {
        let is_preflight = request.method() == Method::OPTIONS
            && request.headers().contains_key(ORIGIN)
            && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD);
        is_preflight.then(|| StatusCode::NO_CONTENT.into_response())
    }

    /// Puts the headers on an answer, whatever it is.
    pub fn apply(&self, allowed: Option<HeaderValue>, is_preflight: bool, headers: &mut HeaderMap) {
        // What every page may read without credentials is not for some of them with.
        if self.origins.is_empty() || headers.contains_key(ACCESS_CONTROL_ALLOW_ORIGIN) {
            return;
        }
        headers.append(VARY, HeaderValue::from_static("origin"));
        let Some(origin) = allowed else { return };
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        if is_preflight {
            headers.insert(ACCESS_CONTROL_ALLOW_METHODS, METHODS);
            headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, REQUEST_HEADERS);
            headers.insert(ACCESS_CONTROL_MAX_AGE, MAX_AGE);
        } else {
            headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
        }
    }
}
