//! What an access token says, in the shape of version 5 of the SuperTokens session protocol.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

/// The payload. Fields keep this order on the wire: browsers compare payloads as text.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AccessPayload {
    /// Issued at, seconds since 1970.
    pub iat: i64,
    /// Expires at, seconds since 1970.
    pub exp: i64,
    /// The user.
    pub sub: Uuid,
    /// The tenant.
    #[serde(rename = "tId")]
    pub tenant: String,
    /// The user by the recipe that signed them in; for us the same.
    pub rsub: Uuid,
    /// The session's public name.
    pub session_handle: String,
    /// SHA-256 of the refresh token that came along, in hex.
    pub refresh_token_hash1: String,
    /// Always null in this scheme of rotation, and always there.
    pub parent_refresh_token_hash1: Option<String>,
    /// What the `anti-csrf` header must repeat, when that is asked for.
    pub anti_csrf_token: Option<String>,
    /// Who issued it.
    pub iss: String,
    /// Claims of the session.
    #[serde(flatten)]
    pub claims: Map<String, Value>,
}

impl AccessPayload {
    /// Expires at, milliseconds since 1970.
    pub fn expires_ms(&self) -> i64 {
        self.exp.saturating_mul(1000)
    }

    /// Whether this is a session's token and not an OAuth2 one (`stt` absent or zero).
    pub fn is_session(&self) -> bool {
        self.claims.get("stt").is_none_or(|stt| stt.as_i64() == Some(0))
    }
}

impl fmt::Debug for AccessPayload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessPayload")
            .field("sub", &self.sub)
            .field("session_handle", &self.session_handle)
            .field("exp", &self.exp)
            .finish_non_exhaustive()
    }
}
