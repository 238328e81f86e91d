//! Changing one's own password.

use p2p_sdk::host::CredentialError;
use p2p_sdk::{Batch, Check, Code, Ctx, Problem, Request, Response, Rule};
use serde::Deserialize;

use super::end_sessions::{PASSWORD_CHANGED, PasswordSet, left_to_event};
use super::{Done, password};

/// The old password and the new one.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
pub struct PasswordChange {
    old_password: String,
    /// 8 to 99 characters, with a letter and a digit.
    new_password: String,
}

/// POST /auth/password. A wrong old password counts as a failed sign-in, so that a stolen session cannot guess it.
pub async fn change_password(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    let PasswordChange { old_password, new_password } = request.json()?;
    let check = Check::new().that(!old_password.is_empty(), "oldPassword", Rule::Required);
    password::check(check, NEW, &new_password).finish()?;
    let user_id = ctx.actor()?.user_id;
    let user = user_id.to_string();
    let kept_session = own_session(ctx, &user).await?;
    let changed = ctx.credentials().change_password(&user, &old_password, &new_password).await;
    changed.map_err(refusal)?;
    left_to_event(ctx, ctx.sessions().revoke_others(&user).await);
    let told = PasswordSet { user_id, kept_session };
    Batch::new().event(PASSWORD_CHANGED, user_id, &told).commit(ctx).await?;
    Ok(Response::ok(&Done {}))
}

const NEW: &str = "newPassword";

async fn own_session(ctx: &Ctx, user: &str) -> Result<Option<String>, Problem> {
    let sessions = ctx.sessions().list_user(user).await?;
    Ok(sessions.into_iter().find(|session| session.is_current).map(|session| session.handle))
}

fn refusal(error: CredentialError) -> Problem {
    match error {
        CredentialError::WrongCredentials => Problem::new(Code::WrongCredentials)
            .says("The present password is wrong.", "كلمة المرور الحالية غير صحيحة."),
        // An account without a credential has no session for long.
        CredentialError::Missing => Problem::new(Code::Unauthenticated),
        error => password::refusal(error, NEW),
    }
}

#[cfg(test)]
mod tests {
    use p2p_sdk::Actor;
    use p2p_sdk::test_host::{Answered, TestHost};
    use serde_json::{Value, json};

    use super::*;
    use crate::fixture::{EMAIL, PASSWORD, login, with_layla};

    const NEXT: &str = "date palm 8";

    fn change(host: &TestHost, layla: &Actor, session: &Answered, old: &str, new: &str) -> Answered {
        let body = json!({ "oldPassword": old, "newPassword": new });
        host.post("/auth/password").by(layla).session(session).json(&body).send()
    }

    #[test]
    fn the_password_changes_and_other_sessions_end() {
        let (host, layla) = with_layla();
        let (other, own) = (login(&host, EMAIL, PASSWORD), login(&host, EMAIL, PASSWORD));
        host.events();
        let answered = change(&host, &layla, &own, PASSWORD, NEXT);
        assert_eq!((answered.status, answered.body.as_slice()), (200, &b"{}"[..]));
        let events = host.events();
        assert_eq!((events.len(), events[0].topic.as_str()), (1, PASSWORD_CHANGED));
        let told: Value = serde_json::from_slice(&events[0].payload).unwrap();
        assert_eq!(told["userId"], json!(layla.user_id));
        assert!(told["keptSession"].is_string());
        assert_eq!(host.post("/auth/refresh").session(&other).send().code(), "SESSION_EXPIRED");
        assert_eq!(host.post("/auth/refresh").session(&own).send().status, 200);
        assert_eq!(login(&host, EMAIL, PASSWORD).code(), "WRONG_CREDENTIALS");
        assert_eq!(login(&host, EMAIL, NEXT).status, 200);
    }

    #[test]
    fn a_wrong_old_password_and_a_weak_new_one_change_nothing() {
        let (host, layla) = with_layla();
        let session = login(&host, EMAIL, PASSWORD);
        host.events();
        let wrong = change(&host, &layla, &session, NEXT, NEXT);
        assert_eq!((wrong.status, wrong.code().as_str()), (400, "WRONG_CREDENTIALS"));
        assert_eq!(wrong.json()["message"], "The present password is wrong.");
        for (old, new, field, code) in [
            (PASSWORD, "short1", "newPassword", "TOO_SHORT"),
            (PASSWORD, "no digit at all", "newPassword", "NO_DIGIT"),
            (PASSWORD, "password1", "newPassword", "WEAK_PASSWORD"),
            ("", NEXT, "oldPassword", "REQUIRED"),
        ] {
            let answered = change(&host, &layla, &session, old, new);
            assert_eq!(answered.wrong_fields(), [(field.to_owned(), code.to_owned())], "{new}");
        }
        assert_eq!((login(&host, EMAIL, PASSWORD).status, host.events().len()), (200, 1));
    }

    #[test]
    fn nobody_has_no_password() {
        let (host, layla) = with_layla();
        let body = json!({ "oldPassword": PASSWORD, "newPassword": NEXT });
        assert_eq!(host.post("/auth/password").json(&body).send().code(), "UNAUTHENTICATED");
        let stranger = host.person(layla.role);
        assert_eq!(host.post("/auth/password").by(&stranger).json(&body).send().code(), "UNAUTHENTICATED");
    }
}
