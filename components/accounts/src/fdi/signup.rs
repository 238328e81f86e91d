//! Signing up through the SDK. The form has the fields of `/auth/signup`, and does the same.

use p2p_sdk::{Ctx, Problem, Request, Response};

use super::form::Form;
use super::{signin, user};
use crate::auth::{Signup, session, signed_up};
use crate::users::Account;

/// Address, password, and what we ask beside them: names, five fields of the organization, the token of an invitation.
const FIELDS: usize = 10;

/// POST signup
pub async fn signup(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    let form = Form::read(&request, FIELDS)?;
    match sign_up(ctx, &request, &form).await {
        Ok(account) => {
            let headers = session::open_if_possible(ctx, &account).await;
            Ok(user::signed_in(&request, &account).session_headers(&headers))
        }
        Err(problem) => form.refusal(problem),
    }
}

async fn sign_up(ctx: &Ctx, request: &Request, form: &Form) -> Result<Account, Problem> {
    let wanted = Signup::of_form(|id| form.given(id)).checked()?;
    signin::admit_linking(ctx, request, form)?;
    signed_up(ctx, wanted).await
}

#[cfg(test)]
mod tests {
    use p2p_sdk::test_host::{Answered, TestHost};
    use serde_json::{Value, json};

    use crate::auth::SIGNED_UP;
    use crate::fixture::{EMAIL, PASSWORD, count, empty, form_of, layla, login, with, with_layla};

    fn send(host: &TestHost, fields: &Value) -> Answered {
        host.post("/fdi/signup").json(&form_of(fields)).send()
    }

    fn errors(answered: &Answered) -> Vec<(String, String)> {
        assert_eq!(answered.status, 200);
        let body = answered.json();
        assert_eq!(body["status"], "FIELD_ERROR", "{body}");
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let fields = body["formFields"].as_array().unwrap();
        fields.iter().map(|field| (text(&field["id"]), text(&field["error"]))).collect()
    }

    fn told(answered: &Answered) -> Vec<(String, &'static str)> {
        let known = |error: &str| match error {
            "Field is not optional" => "empty",
            "Email is invalid" => "email",
            _ => "other",
        };
        errors(answered).into_iter().map(|(id, error)| (id, known(&error))).collect()
    }

    #[test]
    fn it_does_what_the_api_does_and_opens_a_session() {
        let host = empty();
        let answered = send(&host, &with(layla(), "email", "  Layla@Nakheel.SA "));
        assert_eq!(answered.status, 200, "{}", answered.json());
        let body = answered.json();
        let (user, joined) = (&body["user"], host.now().0 / 1000);
        let wanted = json!({ "status": "OK", "user": {
            "id": user["id"], "isPrimaryUser": false, "tenantIds": ["public"], "emails": [EMAIL],
            "phoneNumbers": [], "thirdParty": [], "webauthn": { "credentialIds": [] }, "timeJoined": joined,
            "loginMethods": [{
                "recipeId": "emailpassword", "recipeUserId": user["id"], "tenantIds": ["public"],
                "email": EMAIL, "timeJoined": joined, "verified": false,
            }],
        } });
        assert_eq!(body, wanted);
        assert!(
            answered.header("st-access-token").is_some() && answered.header("st-refresh-token").is_some()
        );
        assert_eq!(host.events().last().map(|event| event.topic.as_str()), Some(SIGNED_UP));
        let signed_in = login(&host, EMAIL, PASSWORD).json();
        assert_eq!(signed_in["organization"]["name"], "Nakheel Dates");
        assert_eq!(signed_in["user"]["role"], "admin");
    }

    #[test]
    fn what_is_wrong_is_told_by_field_the_password_first() {
        let host = empty();
        let wrong = with(with(layla(), "email", "layla"), "password", "short");
        let wanted = [
            ("password", "Password must contain at least 8 characters, including a number"),
            ("email", "Email is invalid"),
        ];
        assert_eq!(errors(&send(&host, &wrong)), wanted.map(|(id, text)| (id.to_owned(), text.to_owned())));
        for (password, text) in [
            ("", "Field is not optional"),
            ("        ", "Password must contain at least one alphabet"),
            ("no digit at all", "Password must contain at least one number"),
            (&"a1".repeat(50), "Password's length must be lesser than 100 characters"),
        ] {
            let wanted = [("password".to_owned(), text.to_owned())];
            assert_eq!(errors(&send(&host, &with(layla(), "password", password))), wanted);
        }
        for (field, value, text) in [
            ("firstName", "\u{0}", "This field holds characters that are not allowed"),
            ("city", "Q", "This field needs at least 2 characters"),
            ("size", "huge", "This field must be one of: startup, small, medium, large, enterprise"),
        ] {
            let wanted = [(field.to_owned(), text.to_owned())];
            assert_eq!(errors(&send(&host, &with(layla(), field, value))), wanted);
        }
        assert_eq!((count(&host, "users"), host.events()), (0, vec![]));
    }

    #[test]
    fn what_is_missing_is_not_optional() {
        let host = empty();
        let all = ["password", "email", "firstName", "lastName", "organizationName", "industry", "size"];
        let all: Vec<_> =
            all.into_iter().chain(["country", "city"]).map(|id| (id.to_owned(), "empty")).collect();
        assert_eq!(told(&send(&host, &json!({}))), all);
        for value in [json!(null), json!(""), json!("  ")] {
            assert_eq!(
                told(&send(&host, &with(layla(), "firstName", value))),
                [("firstName".to_owned(), "empty")]
            );
        }
        assert_eq!(told(&send(&host, &with(layla(), "email", "  "))), [("email".to_owned(), "empty")]);
        let number = send(&host, &with(layla(), "size", 7));
        assert_eq!(told(&number), [("size".to_owned(), "other")]);
    }

    #[test]
    fn whoever_is_there_already_is_told_at_the_address() {
        let (host, _) = with_layla();
        let wanted = "This email already exists. Please sign in instead.";
        assert_eq!(errors(&send(&host, &layla())), [("email".to_owned(), wanted.to_owned())]);
        for email in ["omar@nakheel.sa", "omar@gmail.com"] {
            assert_eq!(told(&send(&host, &with(layla(), "email", email))), [("email".to_owned(), "other")]);
        }
        let invited = with(with(layla(), "email", "omar@dates.sa"), "inviteToken", "x");
        assert_eq!(told(&send(&host, &invited)), [("inviteToken".to_owned(), "other")]);
        let invited = with(with(layla(), "email", "omar@dates.sa"), "inviteToken", 7);
        assert_eq!(
            told(&send(&host, &invited)),
            [("inviteToken".to_owned(), "other")],
            "no text, and still a token"
        );
        assert_eq!((count(&host, "users"), host.events()), (1, vec![]));
    }

    #[test]
    fn an_empty_field_for_an_invitation_is_none() {
        let host = empty();
        assert_eq!(send(&host, &with(layla(), "inviteToken", "")).json()["status"], "OK");
    }

    #[test]
    fn too_many_fields_are_none_of_ours() {
        let host = empty();
        let many = with(with(layla(), "inviteToken", ""), "more", "x");
        let answered = send(&host, &many);
        assert_eq!(answered.status, 400);
        assert_eq!(answered.json()["message"], "Are you sending too many formFields?");
    }
}
