//! Proving one's address, and having the mail for it sent again.

use p2p_sdk::{Code, Ctx, Problem, Request, Response};
use serde::Deserialize;

use super::verification::{Asked, send_again, verify_by};
use super::{Done, minute, session};

/// The token of a mail; without one, the mail is sent again to whoever is signed in.
#[derive(Deserialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
pub struct VerifyEmail {
    token: Option<String>,
}

/// POST /auth/verify-email. A token is enough: the mail may be read where nobody is signed in.
pub async fn verify_email(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    let VerifyEmail { token } = request.json_or_empty()?;
    let done = Response::ok(&Done {});
    if let Some(token) = token {
        let account = verify_by(ctx, &token).await?.ok_or_else(|| Problem::new(Code::TokenInvalid))?;
        return Ok(session::restated(ctx, &account, done).await);
    }
    let mut account = session::caller(ctx).await?;
    match send_again(ctx, &mut account).await? {
        Asked::Verified => Ok(session::restated(ctx, &account, done).await),
        Asked::Sent => Ok(done),
        Asked::TooSoon => Err(Problem::new(Code::RateLimited).retry_after(minute::SECONDS)),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use p2p_sdk::Actor;
    use p2p_sdk::test_host::{Answered, TestHost};
    use serde_json::json;

    use crate::auth::activate::SIGNED_UP;
    use crate::auth::verification::VERIFIED;
    use crate::fixture::{
        EMAIL, PASSWORD, at_once, execute, hear_signed_up, login, mailed_token, value, with_layla,
    };

    fn verify(host: &TestHost, token: &str) -> Answered {
        host.post("/auth/verify-email").json(&json!({ "token": token })).send()
    }

    fn ask_again(host: &TestHost, layla: &Actor) -> Answered {
        host.post("/auth/verify-email").by(layla).send()
    }

    fn is_marked(host: &TestHost) -> bool {
        value(host, "SELECT is_verified FROM users") == 1
    }

    #[test]
    fn the_first_mail_comes_once_the_credential_is_active_and_its_token_works_once() {
        let (host, layla) = with_layla();
        hear_signed_up(&host, &layla);
        let token = mailed_token(&host);
        let answered = verify(&host, &token);
        assert_eq!((answered.status, answered.body.as_slice()), (200, &b"{}"[..]));
        assert!(is_marked(&host));
        let events = host.events();
        assert_eq!((events.len(), events[0].topic.as_str()), (1, VERIFIED));
        assert_eq!(host.get("/users/me").by(&layla).send().json()["isVerified"], true);
        let again = verify(&host, &token);
        assert_eq!((again.status, again.code().as_str()), (400, "TOKEN_INVALID"));
        assert_eq!(verify(&host, "").code(), "TOKEN_INVALID");
        assert_eq!(host.events(), []);
    }

    #[test]
    fn every_session_learns_it_and_that_of_the_request_at_once() {
        let (host, layla) = with_layla();
        let (own, other) = (login(&host, EMAIL, PASSWORD), login(&host, EMAIL, PASSWORD));
        assert!(own.header("st-access-token").unwrap().contains(r#""verified":false"#));
        hear_signed_up(&host, &layla);
        let body = json!({ "token": mailed_token(&host) });
        let answered = host.post("/auth/verify-email").by(&layla).session(&own).json(&body).send();
        assert!(answered.header("st-access-token").unwrap().contains(r#""verified":true"#));
        assert_eq!(answered.header("st-refresh-token"), None, "the session stays");
        let refreshed = host.post("/auth/refresh").session(&other).send();
        assert!(refreshed.header("st-access-token").unwrap().contains(r#""verified":true"#));
    }

    #[test]
    fn a_token_of_somebody_else_says_nothing_of_the_caller() {
        let (host, layla) = with_layla();
        let stranger = host.person(layla.role);
        let session = login(&host, EMAIL, PASSWORD);
        hear_signed_up(&host, &layla);
        let body = json!({ "token": mailed_token(&host) });
        let answered = host.post("/auth/verify-email").by(&stranger).session(&session).json(&body).send();
        assert_eq!((answered.status, answered.header("st-access-token")), (200, None));
        assert!(is_marked(&host));
    }

    #[test]
    fn the_mail_is_sent_again_once_a_minute() {
        let (host, layla) = with_layla();
        assert_eq!(ask_again(&host, &layla).status, 200);
        let first = mailed_token(&host);
        let soon = ask_again(&host, &layla);
        assert_eq!((soon.status, soon.code().as_str()), (429, "RATE_LIMITED"));
        assert_eq!((soon.header("retry-after"), host.letters().len()), (Some("60"), 0));
        host.advance(Duration::from_secs(61));
        assert_eq!(ask_again(&host, &layla).status, 200);
        let second = mailed_token(&host);
        assert_eq!(verify(&host, &first).status, 200, "until one is used, all of them are good");
        assert_eq!(verify(&host, &second).code(), "TOKEN_INVALID");
        host.advance(Duration::from_secs(61));
        assert_eq!((ask_again(&host, &layla).status, host.letters().len()), (200, 0));
    }

    #[test]
    fn without_token_and_session_nobody_is_known() {
        let (host, layla) = with_layla();
        assert_eq!(host.post("/auth/verify-email").send().code(), "UNAUTHENTICATED");
        assert_eq!(host.post("/auth/verify-email").body(b"[").send().code(), "MALFORMED");
        execute(&host, "UPDATE users SET is_active = 0");
        let gone = ask_again(&host, &layla);
        assert_eq!((gone.status, gone.header("st-access-token")), (401, Some("")), "the browser is cleared");
    }

    /// The process dies when the host has taken the token and the row knows nothing yet: the next sign-in makes it good.
    #[test]
    fn what_a_dead_process_left_is_made_good() {
        let (host, layla) = with_layla();
        hear_signed_up(&host, &layla);
        let credentials = host.host().credentials.as_ref().unwrap();
        at_once(credentials.verify_email(&mailed_token(&host))).unwrap();
        assert!(!is_marked(&host));
        let answered = login(&host, EMAIL, PASSWORD);
        assert_eq!(answered.json()["user"]["isVerified"], true);
        assert!(answered.header("st-access-token").unwrap().contains(r#""verified":true"#));
        assert!(is_marked(&host));
        let topics: Vec<_> = host.events().into_iter().map(|event| event.topic).collect();
        assert_eq!(topics, [VERIFIED, "accounts.user.logged-in"]);
    }

    #[test]
    fn a_row_that_could_not_be_written_is_written_when_the_mail_is_asked_for_again() {
        let (host, layla) = with_layla();
        hear_signed_up(&host, &layla);
        let token = mailed_token(&host);
        execute(
            &host,
            "CREATE TRIGGER full BEFORE UPDATE ON users BEGIN SELECT RAISE(ABORT, 'no space left'); END",
        );
        assert_eq!(verify(&host, &token).status, 503);
        execute(&host, "DROP TRIGGER full");
        assert_eq!((is_marked(&host), ask_again(&host, &layla).status, is_marked(&host)), (false, 200, true));
        assert_eq!((host.letters().len(), host.events().len()), (0, 1));
    }

    #[test]
    fn a_repeated_event_sends_nothing_to_whom_it_is_no_news() {
        let (host, layla) = with_layla();
        hear_signed_up(&host, &layla);
        assert_eq!(verify(&host, &mailed_token(&host)).status, 200);
        hear_signed_up(&host, &layla);
        assert_eq!(host.letters(), [], "{SIGNED_UP}");
    }
}
