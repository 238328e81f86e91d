//! The `front-token` header: what a browser may read of a session without its tokens.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use uuid::Uuid;

use crate::access_payload::AccessPayload;

#[derive(Serialize)]
struct FrontToken<'a> {
    uid: Uuid,
    /// Expiry of the access token, milliseconds since 1970.
    ate: i64,
    up: &'a AccessPayload,
}

/// Standard base64 with padding of `{"uid","ate","up"}`; the SDKs read it with `atob`.
pub fn front_token(payload: &AccessPayload) -> String {
    let front = FrontToken { uid: payload.sub, ate: payload.expires_ms(), up: payload };
    // Maps with text keys always have a JSON form.
    STANDARD.encode(serde_json::to_vec(&front).unwrap_or_default())
}
