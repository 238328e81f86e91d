//! One's own open sessions: seeing them and ending them.

use p2p_sdk::host::OpenSession;
use p2p_sdk::{Batch, Ctx, Problem, Request, Response, Timestamp, Uuid};
use serde::Serialize;

use super::Done;

/// Somebody ended sessions of their own.
pub const REVOKED: &str = "accounts.session.revoked";

/// An open session.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
pub struct OwnSession {
    /// Names it, and opens nothing.
    handle: String,
    created_at: Timestamp,
    /// When it was last seen to go on.
    refreshed_at: Timestamp,
    expires_at: Timestamp,
    /// What the browser called itself; may be empty.
    user_agent: String,
    /// It is that of this request.
    is_current: bool,
}

/// All of them, newest first.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
pub struct OwnSessions {
    items: Vec<OwnSession>,
}

/// What `REVOKED` tells.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Revoked<'a> {
    user_id: Uuid,
    /// None: all but that of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    handle: Option<&'a str>,
}

/// GET /auth/sessions
pub async fn list(ctx: &Ctx, _: Request) -> Result<Response, Problem> {
    let user = ctx.actor()?.user_id.to_string();
    let sessions = ctx.sessions().list_user(&user).await?;
    Ok(Response::ok(&OwnSessions { items: sessions.into_iter().map(OwnSession::from).collect() }))
}

/// DELETE /auth/sessions/{handle}. One of somebody else's is not there.
pub async fn revoke(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    let user_id = ctx.actor()?.user_id;
    let handle = request.segment("handle")?;
    if !ctx.sessions().revoke_one(&user_id.to_string(), &handle).await? {
        return Err(Problem::not_found());
    }
    tell(ctx, Revoked { user_id, handle: Some(&handle) }).await?;
    Ok(Response::no_content())
}

/// POST /auth/sessions/revoke-others
pub async fn revoke_others(ctx: &Ctx, _: Request) -> Result<Response, Problem> {
    let user_id = ctx.actor()?.user_id;
    ctx.sessions().revoke_others(&user_id.to_string()).await?;
    tell(ctx, Revoked { user_id, handle: None }).await?;
    Ok(Response::ok(&Done {}))
}

async fn tell(ctx: &Ctx, revoked: Revoked<'_>) -> Result<(), Problem> {
    Batch::new().event(REVOKED, revoked.user_id, &revoked).commit(ctx).await?;
    Ok(())
}

impl From<OpenSession> for OwnSession {
    fn from(session: OpenSession) -> Self {
        Self {
            handle: session.handle,
            created_at: Timestamp(session.created_at),
            refreshed_at: Timestamp(session.refreshed_at),
            expires_at: Timestamp(session.expires_at),
            user_agent: session.user_agent,
            is_current: session.is_current,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use p2p_sdk::test_host::{Answered, TestHost};
    use serde_json::json;

    use super::*;
    use crate::fixture::{EMAIL, PASSWORD, login, with_layla};

    fn goes_on(host: &TestHost, session: &Answered) -> bool {
        host.post("/auth/refresh").session(session).send().status == 200
    }

    #[test]
    fn newest_first_and_which_one_this_is() {
        let (host, layla) = with_layla();
        host.advance(Duration::from_secs(5));
        let own = login(&host, EMAIL, PASSWORD);
        let body = host.get("/auth/sessions").by(&layla).session(&own).send().json();
        let items = body["items"].as_array().unwrap();
        assert_eq!(items.len(), 2, "that of the sign-up, too");
        assert_eq!((&items[0]["isCurrent"], &items[1]["isCurrent"]), (&json!(true), &json!(false)));
        assert_eq!((&items[0]["createdAt"], &items[0]["userAgent"]), (&json!(host.now()), &json!("tests")));
    }

    #[test]
    fn one_ends_by_its_handle() {
        let (host, layla) = with_layla();
        let (own, other) = (login(&host, EMAIL, PASSWORD), login(&host, EMAIL, PASSWORD));
        host.events();
        let body = host.get("/auth/sessions").by(&layla).session(&own).send().json();
        let path = format!("/auth/sessions/{}", body["items"][0]["handle"].as_str().unwrap());
        let stranger = host.person(layla.role);
        assert_eq!(host.delete(&path).by(&stranger).send().code(), "NOT_FOUND");
        assert_eq!(host.events(), []);
        assert_eq!(host.delete(&path).by(&layla).session(&own).send().status, 204);
        assert_eq!(host.delete(&path).by(&layla).send().code(), "NOT_FOUND", "it has ended");
        let events = host.events();
        assert_eq!((events.len(), events[0].topic.as_str()), (1, REVOKED));
        assert_eq!([goes_on(&host, &own), goes_on(&host, &other)], [true, false]);
    }

    #[test]
    fn all_others_end() {
        let (host, layla) = with_layla();
        let (own, other) = (login(&host, EMAIL, PASSWORD), login(&host, EMAIL, PASSWORD));
        host.events();
        let answered = host.post("/auth/sessions/revoke-others").by(&layla).session(&own).send();
        assert_eq!((answered.status, answered.body.as_slice()), (200, &b"{}"[..]));
        assert_eq!([goes_on(&host, &own), goes_on(&host, &other)], [true, false]);
        assert_eq!(host.events().len(), 1);
    }

    #[test]
    fn nobody_has_none() {
        let (host, _) = with_layla();
        assert_eq!(host.get("/auth/sessions").send().status, 401);
        assert_eq!(host.delete("/auth/sessions/x").send().status, 401);
        assert_eq!(host.post("/auth/sessions/revoke-others").send().status, 401);
    }
}
