//! What a feature answers.

use serde::Serialize;

use crate::packed::Headers;
use crate::version::{self, Version};

/// The media type of a problem on its way to the host.
pub(crate) const PROBLEM: &str = "application/problem+json";

const JSON: &str = "application/json";

/// A response on its way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// Headers in order.
    pub headers: Headers,
    /// The body.
    pub body: Vec<u8>,
}

impl Response {
    /// 200 with JSON.
    pub fn ok(value: &impl Serialize) -> Self {
        Self::json(200, value)
    }

    /// 201 with JSON.
    pub fn created(value: &impl Serialize) -> Self {
        Self::json(201, value)
    }

    /// 204.
    pub fn no_content() -> Self {
        Self { status: 204, headers: Headers::new(), body: Vec::new() }
    }

    /// 302: leads on to a link that may be followed again for so many seconds.
    pub fn found(link: &str, seconds: u32) -> Self {
        let cache = format!("private, max-age={seconds}");
        Self { status: 302, ..Self::no_content() }.header("location", link).header("cache-control", &cache)
    }

    /// JSON with any status.
    pub fn json(status: u16, value: &impl Serialize) -> Self {
        Self::typed(status, JSON, p2p_values::to_vec(value))
    }

    /// Bytes of a media type.
    pub fn typed(status: u16, media_type: &str, body: Vec<u8>) -> Self {
        Self { status, headers: Headers::new(), body }.header("content-type", media_type)
    }

    /// Adds a header. The host refuses cookies, CORS and hop-by-hop headers.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push(name, value);
        self
    }

    /// Says which version this is.
    #[must_use]
    pub fn etag(self, version: Version) -> Self {
        self.header("etag", &version::etag(version))
    }

    /// Adds the packed headers that a session operation of this very call answered.
    #[must_use]
    pub fn session_headers(mut self, packed: &[u8]) -> Self {
        self.headers.extend_packed(packed);
        self
    }

    /// A problem as callers see it, where no host makes the envelope; anything else as it is.
    #[must_use]
    pub fn enveloped(self, request_id: &str) -> Self {
        let Some(open) = self.body.strip_suffix(b"}") else { return self };
        if self.headers.get("content-type") != Some(PROBLEM) {
            return self;
        }
        let tail = [b",\"request_id\":".as_slice(), &p2p_values::to_vec(request_id), b"}"].concat();
        let whole = Self::typed(self.status, JSON, [open, &tail].concat());
        let others = self.headers.iter().filter(|(name, _)| *name != b"content-type");
        others.fold(whole, |whole, (name, value)| {
            whole.header(&String::from_utf8_lossy(name), &String::from_utf8_lossy(value))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Code, Language, Problem};

    #[test]
    fn only_problems_get_an_envelope() {
        let problem = Problem::new(Code::Busy).retry_after(1).into_response(Language::En).enveloped("r-1");
        let body: serde_json::Value = serde_json::from_slice(&problem.body).unwrap();
        assert_eq!((&body["request_id"], &body["error_code"]), (&"r-1".into(), &"BUSY".into()));
        assert_eq!(problem.headers.get("content-type"), Some("application/json"));
        assert_eq!(problem.headers.get("retry-after"), Some("1"));
        let fine = Response::ok(&"x");
        assert_eq!(fine.clone().enveloped("r-1"), fine);
    }
}
