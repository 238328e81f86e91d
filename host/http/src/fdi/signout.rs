//! `POST /signout`: the end of the session whose access token comes along. Clears the mode that it came in.

use axum::response::Response;
use p2p_identity::SessionError;
use p2p_tenants::Access;
use serde_json::json;

use super::{Call, done};
use crate::access;
use crate::problem::{Code, Problem};
use crate::session::{self, Caller};

/// Answers it. A session that does not hold is refused as on any route; nothing is cleared for whoever has none.
pub async fn answer(call: &Call<'_>) -> Result<Response, Problem> {
    let Call { services, tenant, parts, tokens, deadline } = call;
    let caller = Caller { tenant, deadline: *deadline, tokens, parts };
    let actor = session::actor(services, &caller).await?;
    access::check(Access::Session, actor.as_ref())?;
    match services.parts.identity.session_revoke(&call.identity(), tokens).await {
        Ok(clear) => Ok(done(&json!({ "status": "OK" }), clear)),
        Err(SessionError::Absent) => Err(Code::Unauthenticated.into()),
        Err(SessionError::Invalid(clear) | SessionError::Reused(clear)) => {
            Err(session::ended(Code::SessionExpired, clear))
        }
        Err(SessionError::Timeout) => Err(session::unavailable("the deadline passed")),
        Err(SessionError::Unavailable(reason)) => Err(session::unavailable(&reason)),
    }
}
