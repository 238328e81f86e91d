//! Proving an address through the SDK. A browser reads from its access token whether the address is proven, so that each
//! answer which knows it better brings a new one.

use p2p_sdk::{Ctx, Problem, Request, Response};
use serde_json::{Value, json};

use super::form::{bad_request, body, text_of};
use super::{ok, status};
use crate::auth::session;
use crate::auth::verification::{self, Asked};

const NO_TOKEN: &str = "Please provide the email verification token";

/// POST user/email/verify/token: sends the mail, once a minute.
pub async fn send_token(ctx: &Ctx, _: Request) -> Result<Response, Problem> {
    let mut account = session::caller(ctx).await?;
    let answer = match verification::send_again(ctx, &mut account).await? {
        Asked::Verified => status("EMAIL_ALREADY_VERIFIED_ERROR"),
        Asked::Sent | Asked::TooSoon => ok(),
    };
    if account.user.is_verified || ctx.actor()?.verified {
        return Ok(session::restated(ctx, &account, answer).await);
    }
    Ok(answer)
}

/// POST user/email/verify: uses up the token of a mail. The mail may be read where nobody is signed in.
pub async fn verify(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    let body = body(&request)?;
    if body.get("token").is_some_and(Value::is_null) {
        return Err(bad_request(NO_TOKEN));
    }
    let token = text_of(&body, "token", NO_TOKEN, "The email verification token must be a string")?;
    match verification::verify_by(ctx, token).await? {
        Some(account) => Ok(session::restated(ctx, &account, ok()).await),
        None => Ok(status("EMAIL_VERIFICATION_INVALID_TOKEN_ERROR")),
    }
}

/// GET user/email/verify: what the browser asks to bring its access token up to date, and so it always gets a new one.
pub async fn is_verified(ctx: &Ctx, _: Request) -> Result<Response, Problem> {
    let mut account = session::caller(ctx).await?;
    let is_verified = verification::is_verified(ctx, &mut account).await?;
    let headers = session::restate(ctx, &account).await?;
    Ok(Response::ok(&json!({ "status": "OK", "isVerified": is_verified })).session_headers(&headers))
}

#[cfg(test)]
mod tests {
    use p2p_sdk::Actor;
    use p2p_sdk::test_host::{Answered, TestHost};
    use serde_json::{Value, json};

    use crate::fixture::{
        EMAIL, PASSWORD, at_once, execute, hear_signed_up, login, mailed_token, with_layla,
    };

    /// Layla with a session, and a token that was mailed to her.
    fn with_token() -> (TestHost, Actor, Answered, String) {
        let (host, layla) = with_layla();
        let session = login(&host, EMAIL, PASSWORD);
        hear_signed_up(&host, &layla);
        let token = mailed_token(&host);
        host.events();
        (host, layla, session, token)
    }

    fn verify(host: &TestHost, token: &Value) -> Answered {
        host.post("/fdi/user/email/verify").json(&json!({ "method": "token", "token": token })).send()
    }

    fn states(answered: &Answered, verified: bool) -> bool {
        let token = answered.header("st-access-token").unwrap_or_default();
        token.contains(&format!(r#""verified":{verified}"#))
    }

    #[test]
    fn the_token_proves_the_address_once() {
        let (host, layla, session, token) = with_token();
        let body = json!({ "method": "token", "token": token });
        let answered = host.post("/fdi/user/email/verify").by(&layla).session(&session).json(&body).send();
        assert_eq!((answered.status, answered.json()), (200, json!({ "status": "OK" })));
        assert!(states(&answered, true));
        let again = verify(&host, &json!(token));
        assert_eq!(
            (again.status, again.json()),
            (200, json!({ "status": "EMAIL_VERIFICATION_INVALID_TOKEN_ERROR" }))
        );
        assert_eq!(host.get("/users/me").by(&layla).send().json()["isVerified"], true);
    }

    #[test]
    fn nobody_need_be_signed_in() {
        let (host, _, _, token) = with_token();
        let answered = verify(&host, &json!(token));
        assert_eq!((answered.json(), answered.header("st-access-token")), (json!({ "status": "OK" }), None));
        assert_eq!(host.events().len(), 1);
    }

    #[test]
    fn what_is_no_token_is_told() {
        let (host, _) = with_layla();
        let missing = host.post("/fdi/user/email/verify").json(&json!({ "method": "token" })).send();
        for answered in [missing, verify(&host, &Value::Null), host.post("/fdi/user/email/verify").send()] {
            assert_eq!(answered.status, 400);
            assert_eq!(answered.json()["message"], "Please provide the email verification token");
        }
        let number = verify(&host, &json!(7));
        assert_eq!(
            (number.status, &number.json()["message"]),
            (400, &json!("The email verification token must be a string"))
        );
        assert_eq!(verify(&host, &json!("")).json()["status"], "EMAIL_VERIFICATION_INVALID_TOKEN_ERROR");
    }

    #[test]
    fn the_mail_is_sent_to_whoever_is_signed_in() {
        let (host, layla) = with_layla();
        let send = |by: &Actor| host.post("/fdi/user/email/verify/token").by(by).json(&json!({})).send();
        let answered = send(&layla);
        assert_eq!((answered.status, answered.json()), (200, json!({ "status": "OK" })));
        assert_eq!(answered.header("st-access-token"), None);
        assert_eq!(send(&layla).json(), json!({ "status": "OK" }), "the mail of this minute is on its way");
        let token = mailed_token(&host);
        assert_eq!(verify(&host, &json!(token)).json(), json!({ "status": "OK" }));
        let session = login(&host, EMAIL, PASSWORD);
        let done = host.post("/fdi/user/email/verify/token").by(&layla).session(&session).send();
        assert_eq!((done.status, done.json()), (200, json!({ "status": "EMAIL_ALREADY_VERIFIED_ERROR" })));
        assert!(states(&done, true) && host.letters().is_empty());
        assert_eq!(host.post("/fdi/user/email/verify/token").send().status, 401);
    }

    #[test]
    fn a_token_that_claims_too_much_is_put_right() {
        let (host, mut layla) = with_layla();
        let session = login(&host, EMAIL, PASSWORD);
        layla.verified = true;
        let answered = host.post("/fdi/user/email/verify/token").by(&layla).session(&session).send();
        assert_eq!(answered.json(), json!({ "status": "OK" }));
        assert!(states(&answered, false));
    }

    #[test]
    fn asking_always_brings_a_new_access_token() {
        let (host, layla, session, token) = with_token();
        let ask = || host.get("/fdi/user/email/verify").by(&layla).session(&session).send();
        let before = ask();
        assert_eq!((before.status, before.json()), (200, json!({ "status": "OK", "isVerified": false })));
        assert!(states(&before, false));
        // As if the process had died between the host's word and our row.
        at_once(host.host().credentials.as_ref().unwrap().verify_email(&token)).unwrap();
        let after = ask();
        assert_eq!(after.json(), json!({ "status": "OK", "isVerified": true }));
        assert!(states(&after, true));
        assert_eq!(host.get("/users/me").by(&layla).send().json()["isVerified"], true);
    }

    /// Between reading the account and telling its sessions somebody is demoted, or let go.
    #[test]
    fn what_changed_meanwhile_is_not_undone() {
        let meanwhile = |change: &str, ask: fn(&TestHost, &Actor, &Answered, &str)| {
            let (host, layla, session, token) = with_token();
            let trigger = "CREATE TRIGGER meanwhile AFTER UPDATE OF is_verified ON users BEGIN";
            execute(&host, &format!("{trigger} UPDATE users SET {change}; END"));
            ask(&host, &layla, &session, &token);
            host.post("/auth/refresh").session(&session).send()
        };
        let by_token = |host: &TestHost, _: &Actor, _: &Answered, token: &str| {
            assert_eq!(verify(host, &json!(token)).status, 200);
        };
        let by_asking = |host: &TestHost, layla: &Actor, session: &Answered, token: &str| {
            at_once(host.host().credentials.as_ref().unwrap().verify_email(token)).unwrap();
            assert_eq!(host.get("/fdi/user/email/verify").by(layla).session(session).send().status, 200);
        };
        for ask in [by_token, by_asking] {
            let demoted = meanwhile("role = 'member'", ask);
            assert!(demoted.header("st-access-token").unwrap().contains(r#""role":"member""#));
            assert!(states(&demoted, true));
        }
        assert_eq!(meanwhile("is_active = 0", by_token).code(), "SESSION_EXPIRED");
    }

    #[test]
    fn whoever_is_gone_is_signed_out() {
        let (host, layla, session, _) = with_token();
        assert_eq!(host.get("/fdi/user/email/verify").send().code(), "UNAUTHENTICATED");
        execute(&host, "UPDATE users SET is_active = 0");
        let answered = host.get("/fdi/user/email/verify").by(&layla).session(&session).send();
        assert_eq!((answered.status, answered.header("st-access-token")), (401, Some("")));
    }
}
