//! A new password for somebody who forgot the old one: by mail, so that nobody else can set it.

use p2p_sdk::host::CredentialError;
use p2p_sdk::{Batch, Check, Code, Ctx, Delivery, Heard, Problem, Request, Response};
use serde::{Deserialize, Serialize};

use super::end_sessions::{PASSWORD_RESET, PasswordSet, left_to_event};
use super::verification::user_verify;
use super::{Done, email, letter, minute, password, session};
use crate::users::Account;

/// Somebody asked for a new password, for an address that may be nobody's.
pub const RESET_REQUESTED: &str = "accounts.password.reset-requested";

const LETTER: &str = "reset-password";

/// Who forgot their password. The event tells the same.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
pub struct ResetRequest {
    email: String,
}

/// The token of the mail, and the new password.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
pub struct Reset {
    token: String,
    /// 8 to 99 characters, with a letter and a digit.
    new_password: String,
}

/// POST /auth/reset-password. What is no address is nobody's, either.
pub async fn request_reset(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    let ResetRequest { email } = request.json()?;
    match ask_reset(ctx, &email).await {
        Err(problem) if problem.code() != Code::Validation => Err(problem),
        _ => Ok(Response::ok(&Done {})),
    }
}

/// POST /auth/reset-password/confirm
pub async fn confirm_reset(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    let Reset { token, new_password } = request.json()?;
    if reset_password(ctx, &token, &new_password, "newPassword").await? {
        Ok(Response::ok(&Done {}))
    } else {
        Err(Problem::new(Code::TokenInvalid))
    }
}

/// Lets the mail be sent, once a minute. Asks nothing that depends on whether the address is known, so that neither
/// answer nor time tells it; the event does the rest.
pub async fn ask_reset(ctx: &Ctx, email: &str) -> Result<(), Problem> {
    let email = email::normalized(email);
    Check::new().email("email", &email).finish()?;
    // A key of the cache holds 256 bytes, an address 254.
    if minute::is_first(ctx, &format!("r:{email}")).await {
        Batch::new().event(RESET_REQUESTED, ctx.new_id(), &ResetRequest { email }).commit(ctx).await?;
    }
    Ok(())
}

/// Hears `RESET_REQUESTED`. Whoever may not sign in gets no mail.
pub async fn mail_reset(ctx: &Ctx, event: Delivery) -> Heard {
    let ResetRequest { email } = event.read()?;
    let Some(proof) = ctx.credentials().create_reset_token(&email).await? else { return Ok(()) };
    let account = session::account_of(ctx, &proof.user_id).await?;
    if let Some(account) = account.filter(Account::may_sign_in) {
        letter::send(ctx, &account, LETTER, &proof.token).await?;
    }
    Ok(())
}

/// Sets the password by the token of a mail, and ends all sessions; false when the token is not good. Whoever read that
/// mail has proven the address. `field` is the password's name in the caller's form.
pub async fn reset_password(ctx: &Ctx, token: &str, new: &str, field: &'static str) -> Result<bool, Problem> {
    password::check(Check::new(), field, new).finish()?;
    let proven = match ctx.credentials().reset_password(token, new).await {
        Ok(proven) => proven,
        Err(CredentialError::Missing) => return Ok(false),
        Err(error) => return Err(password::refusal(error, field)),
    };
    left_to_event(ctx, ctx.sessions().revoke_user(&proven.user_id).await);
    if let Some(Account { user, .. }) = session::account_of(ctx, &proven.user_id).await? {
        let batch = if user.is_verified { Batch::new() } else { user_verify(Batch::new(), &user) };
        let told = PasswordSet { user_id: user.id, kept_session: None };
        batch.event(PASSWORD_RESET, user.id, &told).commit(ctx).await?;
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use p2p_sdk::host::SqlError;
    use p2p_sdk::test_host::{Answered, TestHost};
    use serde_json::json;

    use super::*;
    use crate::auth::verification::VERIFIED;
    use crate::fixture::{EMAIL, PASSWORD, execute, hear_all, login, mailed_token, value, with_layla};

    const NEXT: &str = "date palm 8";

    fn ask(host: &TestHost, email: &str) -> Answered {
        host.post("/auth/reset-password").json(&json!({ "email": email })).send()
    }

    fn confirm(host: &TestHost, token: &str, password: &str) -> Answered {
        let body = json!({ "token": token, "newPassword": password });
        host.post("/auth/reset-password/confirm").json(&body).send()
    }

    #[test]
    fn a_mail_then_a_new_password_and_every_session_ends() {
        let (host, layla) = with_layla();
        let session = login(&host, EMAIL, PASSWORD);
        host.events();
        let answered = ask(&host, " Layla@Nakheel.SA ");
        assert_eq!((answered.status, answered.body.as_slice()), (200, &b"{}"[..]));
        assert_eq!(hear_all(&host), [RESET_REQUESTED]);
        let letters = host.letters();
        assert_eq!((letters[0].template.as_str(), &letters[0].to), (LETTER, &layla.user_id.to_string()));
        let token = crate::fixture::token_in(&letters[0]);

        assert_eq!(confirm(&host, &token, NEXT).body, b"{}");
        assert_eq!(host.post("/auth/refresh").session(&session).send().code(), "SESSION_EXPIRED");
        assert_eq!(login(&host, EMAIL, PASSWORD).code(), "WRONG_CREDENTIALS");
        let signed_in = login(&host, EMAIL, NEXT);
        assert_eq!(signed_in.json()["user"]["isVerified"], true, "the mail was read");
        assert_eq!(hear_all(&host), [VERIFIED, PASSWORD_RESET, "accounts.user.logged-in"]);
        let again = confirm(&host, &token, NEXT);
        assert_eq!((again.status, again.code().as_str()), (400, "TOKEN_INVALID"));
    }

    #[test]
    fn unknown_and_deactivated_people_get_the_same_answer_and_no_mail() {
        let (host, _) = with_layla();
        let known = ask(&host, EMAIL);
        execute(&host, "UPDATE users SET is_active = 0");
        let unknown = ask(&host, "nobody@nakheel.sa");
        assert_eq!((known.status, &known.headers, &known.body), (200, &unknown.headers, &unknown.body));
        assert_eq!(hear_all(&host), [RESET_REQUESTED, RESET_REQUESTED]);
        assert_eq!(host.letters(), []);
    }

    #[test]
    fn once_a_minute_and_nobody_is_told() {
        let (host, _) = with_layla();
        let first = ask(&host, EMAIL);
        let second = ask(&host, EMAIL);
        assert_eq!((first.status, &first.body), (second.status, &second.body));
        assert_eq!(host.events().len(), 1);
        host.advance(Duration::from_secs(61));
        ask(&host, EMAIL);
        assert_eq!(host.events().len(), 1);
    }

    #[test]
    fn any_text_answers_alike_and_anything_else_is_named() {
        let (host, _) = with_layla();
        for text in ["", "layla", &"a".repeat(300)] {
            let answered = ask(&host, text);
            assert_eq!((answered.status, answered.body.as_slice()), (200, &b"{}"[..]), "{text}");
        }
        assert_eq!(host.events(), []);
        for (body, code) in [(json!({}), "REQUIRED"), (json!({ "email": 7 }), "TYPE")] {
            let answered = host.post("/auth/reset-password").json(&body).send();
            assert_eq!(answered.wrong_fields(), [("email".to_owned(), code.to_owned())]);
        }
        host.fail_sql(SqlError::Busy);
        assert_eq!(ask(&host, EMAIL).code(), "BUSY");
    }

    #[test]
    fn a_weak_password_burns_no_token() {
        let (host, _) = with_layla();
        ask(&host, EMAIL);
        hear_all(&host);
        let token = mailed_token(&host);
        for (password, code) in [("", "REQUIRED"), ("short1", "TOO_SHORT"), ("password1", "WEAK_PASSWORD")] {
            let answered = confirm(&host, &token, password);
            assert_eq!(answered.wrong_fields(), [("newPassword".to_owned(), code.to_owned())]);
        }
        assert_eq!(confirm(&host, &token, NEXT).status, 200);
    }

    /// The new password is set when the store fails: the event that could not be kept is missing, but nobody else is in.
    #[test]
    fn sessions_end_even_if_nothing_can_be_written() {
        let (host, _) = with_layla();
        let session = login(&host, EMAIL, PASSWORD);
        ask(&host, EMAIL);
        hear_all(&host);
        let token = mailed_token(&host);
        host.fail_sql(SqlError::Unavailable);
        assert_eq!(confirm(&host, &token, NEXT).status, 503);
        assert_eq!(host.post("/auth/refresh").session(&session).send().code(), "SESSION_EXPIRED");
        assert_eq!(value(&host, "SELECT is_verified FROM users"), 0);
        assert_eq!(login(&host, EMAIL, NEXT).json()["user"]["isVerified"], true);
    }
}
