//! Signing out.

use p2p_sdk::host::SessionError;
use p2p_sdk::{Ctx, Problem, Request, Response};

use super::Done;

/// POST /auth/logout. Whoever has no session, or one that ended, is signed out already: 200, and the browser is cleared.
pub async fn logout(ctx: &Ctx, _: Request) -> Result<Response, Problem> {
    let done = Response::ok(&Done {});
    match ctx.sessions().revoke().await {
        Ok(headers) | Err(SessionError::Invalid(headers) | SessionError::Reused(headers)) => {
            Ok(done.session_headers(&headers))
        }
        Err(SessionError::Absent) => Ok(done),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use crate::fixture::{EMAIL, PASSWORD, login, with_layla};

    #[test]
    fn the_session_ends_and_the_browser_is_cleared() {
        let (host, _) = with_layla();
        let session = login(&host, EMAIL, PASSWORD);
        let answered = host.post("/auth/logout").session(&session).send();
        assert_eq!((answered.status, answered.body.as_slice()), (200, &b"{}"[..]));
        assert_eq!(answered.header("st-access-token"), Some(""));
        assert_eq!(host.post("/auth/refresh").session(&session).send().code(), "SESSION_EXPIRED");
    }

    #[test]
    fn without_a_session_it_is_fine() {
        let (host, _) = with_layla();
        assert_eq!(host.post("/auth/logout").send().status, 200);
    }
}
