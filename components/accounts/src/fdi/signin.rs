//! Signing in through the SDK.

use p2p_sdk::{Code, Ctx, Problem, Request, Response};
use serde_json::{Value, json};

use super::form::Form;
use super::version::Version;
use super::{status, user};
use crate::auth::{Login, session, signed_in};
use crate::users::Account;

/// Address and password.
const FIELDS: usize = 2;

/// POST signin. Unknown address, wrong password and deactivated user answer alike.
pub async fn signin(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    let form = Form::read(&request, FIELDS)?;
    match sign_in(ctx, &request, &form).await {
        Ok(account) => {
            let issued = session::open(ctx, &account).await?;
            Ok(user::signed_in(&request, &account).session_headers(&issued.headers))
        }
        Err(problem) => refusal(ctx, &form, problem),
    }
}

/// Who wants this account to be joined with that of a session needs one; joined it never is.
pub fn admit_linking(ctx: &Ctx, request: &Request, form: &Form) -> Result<(), Problem> {
    let is_wanted = form.body().get("shouldTryLinkingWithSessionUser") == Some(&Value::Bool(true));
    if is_wanted && Version::of(request).has_linking() { ctx.actor().map(drop) } else { Ok(()) }
}

async fn sign_in(ctx: &Ctx, request: &Request, form: &Form) -> Result<Account, Problem> {
    let given = Login::new(form.value("email"), form.value("password")).checked()?;
    admit_linking(ctx, request, form)?;
    signed_in(ctx, &given).await
}

fn refusal(ctx: &Ctx, form: &Form, problem: Problem) -> Result<Response, Problem> {
    match problem.code() {
        Code::WrongCredentials => Ok(status("WRONG_CREDENTIALS_ERROR")),
        // The SDK hands the message on to whoever shows errors.
        code @ Code::LockedOut => {
            let message = code.message(ctx.call().language);
            Ok(Response::ok(&json!({ "status": "GENERAL_ERROR", "message": message })))
        }
        _ => form.refusal(problem),
    }
}

#[cfg(test)]
mod tests {
    use p2p_sdk::Language;
    use p2p_sdk::host::SqlError;
    use p2p_sdk::test_host::{Answered, Sending, TestHost};

    use super::*;
    use crate::fixture::{EMAIL, PASSWORD, execute, form_of, with_layla};

    fn sending<'a>(host: &'a TestHost, email: &str, password: &str) -> Sending<'a> {
        host.post("/fdi/signin").json(&form_of(&json!({ "email": email, "password": password })))
    }

    fn send(host: &TestHost, email: &str, password: &str) -> Answered {
        sending(host, email, password).send()
    }

    #[test]
    fn the_user_and_a_session() {
        let (host, layla) = with_layla();
        let answered = send(&host, " Layla@NAKHEEL.sa", PASSWORD);
        let body = answered.json();
        assert_eq!((answered.status, &body["status"]), (200, &json!("OK")));
        assert_eq!(body["user"]["id"], json!(layla.user_id));
        assert_eq!(body["user"]["loginMethods"][0]["verified"], false);
        assert!(answered.header("st-refresh-token").is_some());
        assert_eq!(host.events().len(), 1, "it is told as by the API");
        assert!(host.get("/users/me").by(&layla).send().json()["lastLogin"].is_string());
    }

    #[test]
    fn older_versions_know_three_fields_of_a_user() {
        let (host, layla) = with_layla();
        let joined = host.now().0 / 1000;
        for (versions, is_short) in [("1.16,1.17", true), ("2.0", true), ("1.17,1.18", false), ("4.1", false)]
        {
            let answered = sending(&host, EMAIL, PASSWORD).header("fdi-version", versions).send();
            let user = &answered.json()["user"];
            let short = json!({ "id": layla.user_id, "timeJoined": joined, "email": EMAIL });
            assert_eq!(*user == short, is_short, "{versions}");
        }
    }

    #[test]
    fn unknown_wrong_and_deactivated_answer_alike() {
        let (host, _) = with_layla();
        let unknown = send(&host, "nobody@nakheel.sa", PASSWORD);
        assert_eq!(unknown.json(), json!({ "status": "WRONG_CREDENTIALS_ERROR" }));
        let wrong = send(&host, EMAIL, "short");
        execute(&host, "UPDATE users SET is_active = 0");
        for other in [wrong, send(&host, EMAIL, PASSWORD)] {
            assert_eq!((other.status, &other.headers, &other.body), (200, &unknown.headers, &unknown.body));
        }
    }

    #[test]
    fn what_can_be_no_credential_is_told_by_field() {
        let (host, _) = with_layla();
        let answered = send(&host, "layla", "");
        let wanted = json!({ "status": "FIELD_ERROR", "formFields": [
            { "id": "password", "error": "Field is not optional" }, { "id": "email", "error": "Email is invalid" },
        ] });
        assert_eq!((answered.status, answered.json()), (200, wanted));
    }

    #[test]
    fn whoever_is_locked_out_is_told() {
        let (host, _) = with_layla();
        for _ in 0..5 {
            send(&host, EMAIL, "palm grove 8");
        }
        let locked = sending(&host, EMAIL, PASSWORD).language(Language::Ar).send();
        let wanted = json!({ "status": "GENERAL_ERROR", "message": Code::LockedOut.message(Language::Ar) });
        assert_eq!((locked.status, locked.json()), (200, wanted));
    }

    #[test]
    fn joining_with_a_session_needs_one() {
        let (host, layla) = with_layla();
        let mut form = form_of(&json!({ "email": EMAIL, "password": PASSWORD }));
        form["shouldTryLinkingWithSessionUser"] = json!(true);
        let signin = || host.post("/fdi/signin").json(&form);
        assert_eq!(signin().send().code(), "UNAUTHENTICATED");
        assert_eq!(signin().by(&layla).send().json()["status"], "OK");
        assert_eq!(signin().header("fdi-version", "3.0").send().json()["status"], "OK");
        form["shouldTryLinkingWithSessionUser"] = json!(false);
        assert_eq!(host.post("/fdi/signin").json(&form).send().json()["status"], "OK");
    }

    #[test]
    fn a_store_that_fails_is_no_wrong_password() {
        let (host, _) = with_layla();
        host.fail_sql(SqlError::Busy);
        assert_eq!(send(&host, EMAIL, PASSWORD).status, 503);
    }
}
