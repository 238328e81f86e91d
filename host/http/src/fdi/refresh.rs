//! `POST /session/refresh`: a new pair of tokens for a refresh token. Whoever visits for the first time asks once, too:
//! without a token nothing is looked up. A 401 makes the SDK sign its user out, so it never means that we are unwell.

use axum::response::Response;
use p2p_identity::{RequestTokens, SessionError};
use serde_json::json;

use super::{Call, done};
use crate::problem::{Code, Problem};
use crate::{foreign, session};

/// What stands in the answer that removes older cookies.
const SEVERAL: &str =
    "The request contains multiple session cookies. The older ones are removed now; refresh again.";

/// Answers it.
pub async fn answer(call: &Call<'_>) -> Result<Response, Problem> {
    let Call { services, parts, tokens, .. } = call;
    foreign::refuse(&services.parts.options, parts, tokens)?;
    let identity = &services.parts.identity;
    if let Some(removed) = identity.older_cookies(tokens) {
        return Ok(done(&json!({ "message": SEVERAL }), removed));
    }
    match identity.session_refresh(&call.identity(), tokens).await {
        Ok(issued) => Ok(done(&json!({}), issued.headers)),
        Err(SessionError::Absent) => Err(forget_everything(call).await),
        Err(SessionError::Invalid(clear)) => Err(session::ended(Code::SessionExpired, clear)),
        Err(SessionError::Reused(clear)) => Err(session::ended(Code::TokenTheft, clear)),
        Err(SessionError::Timeout) => Err(session::unavailable("the deadline passed")),
        Err(SessionError::Unavailable(reason)) => Err(session::unavailable(&reason)),
    }
}

/// Nothing came that could be refreshed; what the browser still shows of a session goes.
async fn forget_everything(call: &Call<'_>) -> Problem {
    let nothing = RequestTokens::default();
    match call.services.parts.identity.session_revoke(&call.identity(), &nothing).await {
        Ok(clear) => session::ended(Code::Unauthenticated, clear),
        Err(error) => session::unavailable(&error.to_string()),
    }
}
