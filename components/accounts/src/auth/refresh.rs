//! Going on with a session: a new pair of tokens for the refresh token.

use p2p_sdk::host::SessionError;
use p2p_sdk::{Ctx, Problem, Request, Response};
use serde_json::json;

use super::Done;

/// POST /auth/refresh. What is refused clears the browser, but for a request without any token: it may be a page that
/// asks before anybody signed in.
pub async fn refresh(ctx: &Ctx, _: Request) -> Result<Response, Problem> {
    match ctx.sessions().refresh().await {
        Ok(issued) => Ok(Response::ok(&Done {}).session_headers(&issued.headers)),
        Err(error) => {
            if matches!(error, SessionError::Reused(_)) {
                ctx.warn(
                    "a refresh token came twice; its sessions were ended",
                    &json!({ "audit": "session.reused" }),
                );
            }
            Err(error.into())
        }
    }
}

#[cfg(test)]
mod tests {
    use p2p_sdk::host::Level;

    use crate::fixture::{EMAIL, PASSWORD, login, with_layla};

    #[test]
    fn a_token_is_traded_once() {
        let (host, _) = with_layla();
        let first = login(&host, EMAIL, PASSWORD);
        let second = host.post("/auth/refresh").session(&first).send();
        assert_eq!((second.status, second.body.as_slice()), (200, &b"{}"[..]));
        assert_ne!(second.header("st-refresh-token"), first.header("st-refresh-token"));
        assert_eq!(host.post("/auth/refresh").session(&second).send().status, 200);
    }

    #[test]
    fn a_token_that_comes_twice_ends_the_family_and_is_noted() {
        let (host, _) = with_layla();
        let first = login(&host, EMAIL, PASSWORD);
        let second = host.post("/auth/refresh").session(&first).send();
        host.logs();
        let reused = host.post("/auth/refresh").session(&first).send();
        assert_eq!((reused.status, reused.code().as_str()), (401, "SESSION_EXPIRED"));
        assert_eq!(reused.header("st-refresh-token"), Some(""), "the browser is cleared");
        let logs = host.logs();
        assert!(logs.iter().any(|line| line.level == Level::Warn && line.fields.contains("session.reused")));
        assert_eq!(host.post("/auth/refresh").session(&second).send().code(), "SESSION_EXPIRED");
    }

    #[test]
    fn without_a_token_nothing_is_cleared() {
        let (host, _) = with_layla();
        let answered = host.post("/auth/refresh").send();
        assert_eq!((answered.status, answered.code().as_str()), (401, "UNAUTHENTICATED"));
        assert_eq!(answered.header("st-refresh-token"), None);
    }
}
