//! A new password through the SDK, by mail.

use p2p_sdk::{Check, Ctx, Problem, Request, Response};

use super::form::{Form, text_of};
use super::{ok, status};
use crate::auth::{password, reset};

/// POST user/password/reset/token: the mail, if somebody has the address. Nobody is told.
pub async fn send_token(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    let form = Form::read(&request, 1)?;
    match reset::ask_reset(ctx, form.value("email")).await {
        Ok(()) => Ok(ok()),
        Err(problem) => form.refusal(problem),
    }
}

/// POST user/password/reset: the token of that mail and the new password. A weak one is told before the token is looked
/// at.
pub async fn reset(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    let form = Form::read(&request, 1)?;
    let new = form.value("password");
    if let Err(problem) = password::check(Check::new(), "password", new).finish() {
        return form.refusal(problem);
    }
    let token = text_of(
        form.body(),
        "token",
        "Please provide the password reset token",
        "The password reset token must be a string",
    )?;
    match reset::reset_password(ctx, token, new, "password").await {
        Ok(true) => Ok(ok()),
        Ok(false) => Ok(status("RESET_PASSWORD_INVALID_TOKEN_ERROR")),
        Err(problem) => form.refusal(problem),
    }
}

#[cfg(test)]
mod tests {
    use p2p_sdk::test_host::{Answered, TestHost};
    use serde_json::{Value, json};

    use crate::fixture::{EMAIL, PASSWORD, form_of, hear_all, login, mailed_token, with_layla};

    const NEXT: &str = "date palm 8";

    fn ask(host: &TestHost, fields: &Value) -> Answered {
        host.post("/fdi/user/password/reset/token").json(&form_of(fields)).send()
    }

    fn reset(host: &TestHost, password: &str, token: Value) -> Answered {
        let mut form = form_of(&json!({ "password": password }));
        form["method"] = json!("token");
        form["token"] = token;
        host.post("/fdi/user/password/reset").json(&form).send()
    }

    fn field_error(id: &str, error: &str) -> Value {
        json!({ "status": "FIELD_ERROR", "formFields": [{ "id": id, "error": error }] })
    }

    #[test]
    fn known_and_unknown_addresses_answer_alike() {
        let (host, _) = with_layla();
        for email in [" Layla@nakheel.sa ", "nobody@nakheel.sa", EMAIL] {
            let answered = ask(&host, &json!({ "email": email }));
            assert_eq!((answered.status, answered.json()), (200, json!({ "status": "OK" })));
        }
        hear_all(&host);
        assert_eq!(host.letters().len(), 1);
    }

    #[test]
    fn what_is_no_address_is_told_by_field() {
        let (host, _) = with_layla();
        assert_eq!(ask(&host, &json!({ "email": "x" })).json(), field_error("email", "Email is invalid"));
        assert_eq!(ask(&host, &json!({})).json(), field_error("email", "Field is not optional"));
        let many = ask(&host, &json!({ "email": EMAIL, "password": PASSWORD }));
        assert_eq!((many.status, many.code().as_str()), (400, "MALFORMED"));
    }

    #[test]
    fn the_token_sets_a_new_password_once() {
        let (host, _) = with_layla();
        ask(&host, &json!({ "email": EMAIL }));
        hear_all(&host);
        let token = json!(mailed_token(&host));
        let session = login(&host, EMAIL, PASSWORD);
        let weak = reset(&host, "short", token.clone()).json();
        let words = "Password must contain at least 8 characters, including a number";
        assert_eq!(weak, field_error("password", words));
        assert_eq!(reset(&host, "password1", token.clone()).json()["status"], "FIELD_ERROR", "a common one");
        let answered = reset(&host, NEXT, token.clone());
        assert_eq!((answered.status, answered.json()), (200, json!({ "status": "OK" })));
        assert_eq!(answered.header("st-access-token"), None);
        assert_eq!(host.post("/auth/refresh").session(&session).send().status, 401);
        assert_eq!(login(&host, EMAIL, NEXT).json()["user"]["isVerified"], true);
        let again = reset(&host, NEXT, token);
        assert_eq!(again.json(), json!({ "status": "RESET_PASSWORD_INVALID_TOKEN_ERROR" }));
    }

    #[test]
    fn the_form_comes_before_the_token() {
        let (host, _) = with_layla();
        let send = |form: &Value| host.post("/fdi/user/password/reset").json(form).send();
        let (weak, strong) = (form_of(&json!({ "password": "x" })), form_of(&json!({ "password": NEXT })));
        assert_eq!(send(&weak).json()["status"], "FIELD_ERROR");
        assert_eq!(send(&form_of(&json!({}))).json(), field_error("password", "Field is not optional"));
        let missing = send(&strong);
        assert_eq!(
            (missing.status, &missing.json()["message"]),
            (400, &json!("Please provide the password reset token"))
        );
        for token in [json!(7), json!(null)] {
            let answered = reset(&host, NEXT, token);
            assert_eq!(answered.status, 400);
            assert_eq!(answered.json()["message"], "The password reset token must be a string");
        }
        assert_eq!(reset(&host, NEXT, json!("")).json()["status"], "RESET_PASSWORD_INVALID_TOKEN_ERROR");
    }
}
