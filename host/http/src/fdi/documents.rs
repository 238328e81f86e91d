//! What everybody may read: the keys that verify a tenant's access tokens, where they are, and how people sign in.

use axum::response::Response;
use http::HeaderValue;
use http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL};
use serde_json::{Value, json};

use super::{Call, json as answer};
use crate::problem::{Code, Problem};
use crate::session;

/// `GET /jwt/jwks.json`: the newest key first.
pub async fn keys(call: &Call<'_>) -> Result<Response, Problem> {
    let keys = call.services.parts.identity.public_keys(&call.identity()).await;
    let keys = keys.map_err(|error| session::unavailable(&error.to_string()))?;
    let mut response = public(&json!({ "keys": keys.keys }));
    let age = format!("max-age={}, must-revalidate", keys.max_age.as_secs());
    let age = HeaderValue::try_from(age).map_err(|_| Code::Internal)?;
    response.headers_mut().insert(CACHE_CONTROL, age);
    Ok(response)
}

/// `GET /.well-known/openid-configuration`. The protocol lists the addresses of an OAuth provider, also of one that,
/// as here, has no such routes; `jwks_uri` is what it is read for.
pub fn discovery(call: &Call<'_>) -> Response {
    let issuer = call.services.parts.identity.issuer(call.tenant);
    let oauth = |name: &str| format!("{issuer}/oauth/{name}");
    public(&json!({
        "issuer": issuer,
        "jwks_uri": format!("{issuer}/jwt/jwks.json"),
        "authorization_endpoint": oauth("auth"),
        "token_endpoint": oauth("token"),
        "userinfo_endpoint": oauth("userinfo"),
        "revocation_endpoint": oauth("revoke"),
        "introspection_endpoint": oauth("introspect"),
        "end_session_endpoint": oauth("end_session"),
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code", "id_token", "id_token token"],
    }))
}

/// `GET /loginmethods`: by e-mail and password.
pub fn login_methods() -> Response {
    answer(&json!({
        "status": "OK",
        "emailPassword": {"enabled": true},
        "thirdParty": {"enabled": false, "providers": []},
        "webauthn": {"enabled": false},
        "passwordless": {"enabled": false},
        "firstFactors": ["emailpassword"],
    }))
}

/// JSON that pages of every origin may read. It says nothing about whoever asks.
fn public(body: &Value) -> Response {
    let mut response = answer(body);
    response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}
