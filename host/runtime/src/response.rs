//! What of a guest's answer goes out: a real status, a bounded body, and only headers a feature may set.

use bytes::Bytes;
use http::{HeaderName, HeaderValue};

use crate::bindings::p2p::feature::types::Response;
use crate::call::FeatureResponse;
use crate::capabilities::unpack;

/// Why a guest's answer cannot be used at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadResponse {
    /// Not 200–599.
    #[error("the status is no HTTP status")]
    Status,
    /// Not a packed list.
    #[error("the headers are not packed headers")]
    Headers,
    /// Past the feature's limit.
    #[error("the body is larger than the feature may answer")]
    TooLarge,
}

/// Headers of a session. A guest may carry them out only as the host handed them in.
const SESSION: [&str; 5] = ["set-cookie", "front-token", "st-access-token", "st-refresh-token", "anti-csrf"];

/// Headers that are the host's alone.
const HOST: [&str; 16] = [
    "connection",
    "content-length",
    "content-encoding",
    "transfer-encoding",
    "keep-alive",
    "upgrade",
    "te",
    "trailer",
    "proxy-authenticate",
    "proxy-authorization",
    "strict-transport-security",
    "server",
    "date",
    "x-request-id",
    "host",
    "alt-svc",
];

/// Checks an answer. Headers that a feature may not set are left out and counted in the second value.
pub fn check(
    response: Response,
    issued: &[(String, String)],
    body_limit: usize,
) -> Result<(FeatureResponse, u32), BadResponse> {
    if !(200..=599).contains(&response.status) {
        return Err(BadResponse::Status);
    }
    if response.body.len() > body_limit {
        return Err(BadResponse::TooLarge);
    }
    let mut refused = 0;
    let mut headers = Vec::new();
    for (name, value) in unpack(&response.headers).ok_or(BadResponse::Headers)? {
        match accept(name, value, issued) {
            Some(header) => headers.push(header),
            None => refused += 1,
        }
    }
    Ok((FeatureResponse { status: response.status, headers, body: Bytes::from(response.body) }, refused))
}

fn accept(name: &str, value: &[u8], issued: &[(String, String)]) -> Option<(HeaderName, HeaderValue)> {
    let header = HeaderName::from_bytes(name.as_bytes()).ok()?;
    let name = header.as_str();
    if HOST.contains(&name) || name.starts_with("access-control-") || name.starts_with("ratelimit") {
        return None;
    }
    if SESSION.contains(&name) && !was_issued(name, value, issued) {
        return None;
    }
    Some((header, HeaderValue::from_bytes(value).ok()?))
}

fn was_issued(name: &str, value: &[u8], issued: &[(String, String)]) -> bool {
    issued.iter().any(|(n, v)| n.eq_ignore_ascii_case(name) && v.as_bytes() == value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capabilities::pack;

    fn answer(headers: &[(&str, &[u8])]) -> Response {
        let mut packed = Vec::new();
        for (name, value) in headers {
            pack(&mut packed, name, value);
        }
        Response { status: 200, headers: packed, body: b"ok".to_vec() }
    }

    #[test]
    fn only_session_headers_of_this_very_call_go_out() {
        let issued = vec![("set-cookie".to_owned(), "sAccessToken=a".to_owned())];
        let response = answer(&[
            ("set-cookie", b"sAccessToken=a"),
            ("set-cookie", b"sAccessToken=stolen"),
            ("front-token", b"forged"),
            ("etag", b"\"1\""),
        ]);
        let (response, refused) = check(response, &issued, 100).unwrap();
        let names: Vec<_> = response.headers.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!((names, refused), (vec!["set-cookie", "etag"], 2));
    }

    #[test]
    fn header_injection_and_host_headers_are_left_out() {
        let response = answer(&[
            ("x-a", b"1\r\nset-cookie: x=y"),
            ("x b", b"1"),
            ("Access-Control-Allow-Origin", b"*"),
            ("transfer-encoding", b"chunked"),
            ("x-request-id", b"forged"),
        ]);
        let (response, refused) = check(response, &[], 100).unwrap();
        assert!(response.headers.is_empty());
        assert_eq!(refused, 5);
    }

    #[test]
    fn impossible_answers_are_errors() {
        let with = |status, body: usize| Response { status, headers: vec![], body: vec![0; body] };
        assert_eq!(check(with(99, 0), &[], 10).unwrap_err(), BadResponse::Status);
        assert_eq!(check(with(200, 11), &[], 10).unwrap_err(), BadResponse::TooLarge);
        let cut = Response { status: 200, headers: vec![1], body: vec![] };
        assert_eq!(check(cut, &[], 10).unwrap_err(), BadResponse::Headers);
    }
}
