//! Sending the letter of an invitation again. The token stays, so that whichever letter arrives opens it; the seven days
//! begin anew, also behind their end.

use p2p_sdk::host::SqlError;
use p2p_sdk::{Batch, Code, Ctx, Problem, Request, Response, Timestamp, params};

use super::LIFE;
use super::find::find_own;
use super::row::{RESENT, tell};

const SENT: &str = "UPDATE invitations SET sent_at = $3, expires_at = $4 WHERE id = $1 AND sent_at = $2";
/// Seconds between two letters.
pub const PAUSE: u32 = 60;

/// POST /users/invitations/{id}/resend. Of two at once, the slower is told to wait.
pub async fn resend(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    let mut invitation = find_own(ctx, &request).await?;
    let (now, seen) = (ctx.now(), invitation.sent_at);
    refuse_too_soon(now, seen)?;
    invitation.sent_at = now;
    invitation.expires_at = now + LIFE;
    let batch = Batch::new().run_one(SENT, params![invitation.id, seen, now, invitation.expires_at]);
    match tell(batch, RESENT, &invitation).commit(ctx).await {
        Ok(_) => Ok(Response::ok(&invitation)),
        Err(SqlError::Stale(_)) => Err(too_soon(PAUSE)),
        Err(error) => Err(error.into()),
    }
}

/// Tells whoever asks for a letter how long to wait for it.
pub fn refuse_too_soon(now: Timestamp, sent_at: Timestamp) -> Result<(), Problem> {
    let passed = u32::try_from((now.0 - sent_at.0).max(0) / 1_000_000).unwrap_or(u32::MAX);
    if passed < PAUSE { Err(too_soon(PAUSE - passed)) } else { Ok(()) }
}

/// So many seconds are left.
pub fn too_soon(seconds: u32) -> Problem {
    Problem::new(Code::RateLimited).retry_after(seconds)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use p2p_sdk::{Actor, Role};
    use serde_json::json;

    use super::super::row::RESENT;
    use crate::fixture::{execute, with_layla};

    #[test]
    fn once_a_minute_and_for_another_seven_days() {
        let (host, layla) = with_layla();
        let body = json!({ "email": "a@x.sa", "firstName": "F", "lastName": "L", "role": "member" });
        let invitation = host.post("/users/invite").by(&layla).json(&body).send().json();
        host.events();
        let path = format!("/users/invitations/{}/resend", invitation["id"].as_str().unwrap());
        let send = || host.post(&path).by(&layla).send();
        host.advance(Duration::from_millis(20_500));
        let early = send();
        assert_eq!((early.status, early.code().as_str()), (429, "RATE_LIMITED"));
        assert_eq!((early.header("retry-after"), host.events().len()), (Some("40"), 0));
        host.advance(Duration::from_secs(30 * 24 * 3600));
        let sent = send();
        let expires = host.now().after(Duration::from_secs(7 * 24 * 3600));
        assert_eq!((sent.status, &sent.json()["sentAt"]), (200, &json!(host.now())));
        assert_eq!(sent.json()["expiresAt"], json!(expires));
        let events = host.events();
        assert_eq!((events.len(), events[0].topic.as_str()), (1, RESENT));
        assert_eq!(send().header("retry-after"), Some("60"));
        host.advance(Duration::from_secs(60));
        execute(&host, "CREATE TRIGGER faster BEFORE UPDATE ON invitations BEGIN SELECT RAISE(IGNORE); END");
        assert_eq!(send().code(), "RATE_LIMITED", "somebody was faster");
    }

    #[test]
    fn only_for_admins_of_the_organization() {
        let (host, layla) = with_layla();
        let body = json!({ "email": "a@x.sa", "firstName": "F", "lastName": "L", "role": "member" });
        let invitation = host.post("/users/invite").by(&layla).json(&body).send().json();
        let path = format!("/users/invitations/{}/resend", invitation["id"].as_str().unwrap());
        assert_eq!(host.post(&path).send().status, 401);
        assert_eq!(host.post(&path).by(&host.colleague(&layla, Role::Member)).send().status, 403);
        assert_eq!(host.post(&path).by(&host.person(Role::Admin)).send().status, 404);
        host.advance(Duration::from_secs(60));
        let platform_admin = Actor { platform_admin: true, ..host.person(Role::Member) };
        assert_eq!(host.post(&path).by(&platform_admin).send().status, 200, "theirs are all");
    }
}
