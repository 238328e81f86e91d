//! What a feature answers.

use serde::Serialize;

use crate::json;
use crate::packed::Headers;
use crate::version::{self, Version};

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

    /// JSON with any status.
    pub fn json(status: u16, value: &impl Serialize) -> Self {
        Self::typed(status, "application/json", json::to_vec(value))
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
}
