//! Signing in with e-mail and password.

use p2p_sdk::{Batch, Check, Code, Ctx, Problem, Request, Response, Rule, Uuid};
use serde::{Deserialize, Serialize};

use super::session::{self, SignedIn};
use super::{email, verification};
use crate::users::{Account, user_logged_in};

/// Somebody gave the right password.
pub const LOGGED_IN: &str = "accounts.user.logged-in";

/// Who signs in.
#[derive(Deserialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
pub struct Login {
    email: String,
    password: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LoggedIn {
    user_id: Uuid,
    organization_id: Uuid,
}

/// POST /auth/login. Unknown address, wrong password and deactivated user answer alike.
pub async fn login(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    let account = signed_in(ctx, &request.json::<Login>()?.checked()?).await?;
    let issued = session::open(ctx, &account).await?;
    Ok(Response::ok(&SignedIn::of(ctx, account).await).session_headers(&issued.headers))
}

/// Whose address and password these are. Counts as having signed in; the session is still to be opened.
pub async fn signed_in(ctx: &Ctx, given: &Login) -> Result<Account, Problem> {
    let user_id = ctx.credentials().verify(&given.email, &given.password).await?;
    let account = session::account_of(ctx, &user_id).await?;
    let account = account.filter(Account::may_sign_in);
    let mut account = account.ok_or_else(|| Problem::new(Code::WrongCredentials))?;
    verification::is_verified(ctx, &mut account).await?;
    record(ctx, &mut account).await?;
    Ok(account)
}

impl Login {
    /// From wherever they were given.
    pub fn new(email: &str, password: &str) -> Self {
        Self { email: email.to_owned(), password: password.to_owned() }
    }

    /// In the form in which they are compared.
    pub fn checked(mut self) -> Result<Self, Problem> {
        self.email = email::normalized(&self.email);
        Check::new()
            .email("email", &self.email)
            .that(!self.password.is_empty(), "password", Rule::Required)
            .finish()?;
        Ok(self)
    }
}

async fn record(ctx: &Ctx, account: &mut Account) -> Result<(), Problem> {
    let user = &mut account.user;
    let now = ctx.now();
    let event = LoggedIn { user_id: user.id, organization_id: user.organization_id };
    user_logged_in(Batch::new(), user.id, now).event(LOGGED_IN, user.id, &event).commit(ctx).await?;
    user.last_login = Some(now);
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::{Value, json};

    use super::*;
    use crate::fixture::{EMAIL, PASSWORD, execute, login, with_layla};

    #[test]
    fn a_session_and_the_time_of_it() {
        let (host, layla) = with_layla();
        host.advance(Duration::from_secs(60));
        let answered = login(&host, " Layla@NAKHEEL.sa", PASSWORD);
        assert_eq!(answered.status, 200);
        assert!(answered.header("st-refresh-token").is_some());
        let body = answered.json();
        assert_eq!(body["user"]["lastLogin"], json!(host.now()));
        assert_eq!(body["organization"]["name"], "Nakheel Dates");
        let me = host.get("/users/me").by(&layla).send();
        assert_eq!(me.json()["lastLogin"], json!(host.now()));
        assert_eq!(me.header("etag"), Some("\"1\""), "signing in is no edit");
    }

    #[test]
    fn it_is_told() {
        let (host, layla) = with_layla();
        login(&host, EMAIL, PASSWORD);
        let events = host.events();
        assert_eq!((events.len(), events[0].topic.as_str()), (1, LOGGED_IN));
        assert_eq!(events[0].key, layla.user_id.to_string());
        let told: Value = serde_json::from_slice(&events[0].payload).unwrap();
        assert_eq!(told, json!({ "userId": layla.user_id, "organizationId": layla.organization_id }));
    }

    #[test]
    fn unknown_wrong_and_deactivated_answer_alike() {
        let (host, _) = with_layla();
        let unknown = login(&host, "nobody@nakheel.sa", PASSWORD);
        let wrong = login(&host, EMAIL, "palm grove 8");
        execute(&host, "UPDATE users SET is_active = 0");
        let deactivated = login(&host, EMAIL, PASSWORD);
        execute(&host, "UPDATE users SET is_active = 1");
        execute(&host, "UPDATE organizations SET is_active = 0");
        let closed = login(&host, EMAIL, PASSWORD);
        assert_eq!((unknown.status, unknown.code().as_str()), (400, "WRONG_CREDENTIALS"));
        for other in [wrong, deactivated, closed] {
            assert_eq!((other.status, &other.headers, &other.body), (400, &unknown.headers, &unknown.body));
        }
        assert_eq!(host.events(), []);
    }

    /// Between reading the account and opening the session somebody is demoted, or let go.
    #[test]
    fn a_session_opens_with_what_holds_then() {
        let (host, _) = with_layla();
        let during = |change: &str| {
            execute(
                &host,
                &format!("CREATE TRIGGER during AFTER UPDATE OF last_login ON users BEGIN {change} END"),
            );
            let answered = login(&host, EMAIL, PASSWORD);
            execute(&host, "DROP TRIGGER during");
            answered
        };
        let demoted = during("UPDATE users SET role = 'member';");
        let refreshed = host.post("/auth/refresh").session(&demoted).send();
        assert!(refreshed.header("st-access-token").unwrap().contains(r#""role":"member""#));
        let gone = during("UPDATE users SET is_active = 0;");
        assert_eq!((gone.status, gone.header("st-access-token")), (400, None));
    }

    #[test]
    fn five_failures_lock_the_address() {
        let (host, _) = with_layla();
        for _ in 0..5 {
            assert_eq!(login(&host, EMAIL, "palm grove 8").code(), "WRONG_CREDENTIALS");
        }
        let locked = login(&host, EMAIL, PASSWORD);
        assert_eq!((locked.status, locked.code().as_str()), (429, "LOCKED_OUT"));
        assert_eq!(locked.header("retry-after"), Some("900"));
    }

    #[test]
    fn what_can_be_no_credential_is_named() {
        let (host, _) = with_layla();
        let wrong =
            [("email".to_owned(), "EMAIL".to_owned()), ("password".to_owned(), "REQUIRED".to_owned())];
        assert_eq!(login(&host, "layla", "").wrong_fields(), wrong);
        assert_eq!(login(&host, "layla@nakheel.sa\u{0}", PASSWORD).status, 422);
    }

    #[test]
    fn a_store_that_cannot_write_opens_no_session() {
        let (host, _) = with_layla();
        execute(
            &host,
            "CREATE TRIGGER full BEFORE UPDATE ON users BEGIN SELECT RAISE(ABORT, 'no space left'); END",
        );
        let answered = login(&host, EMAIL, PASSWORD);
        assert_eq!(answered.status, 503);
        assert_eq!(answered.header("st-access-token"), None);
        assert_eq!(host.events(), []);
    }
}
