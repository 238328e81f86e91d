//! Changing somebody of one's organization.

use p2p_sdk::{Ctx, Problem, Request, Response};

use super::admin_changes::AdminChanges;
use super::administer::administer;
use super::user::User;

/// PATCH /users/{id}
pub async fn update(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    let changes: AdminChanges = request.json()?;
    changes.check()?;
    let account = administer(ctx, &request, changes).await?;
    Ok(Response::ok(&User::of(ctx, &account.user).await).etag(account.user.version))
}

#[cfg(test)]
mod tests {
    use p2p_sdk::test_host::{Answered, TestHost};
    use p2p_sdk::{Actor, Role};
    use serde_json::{Value, json};

    use super::super::told::{DEACTIVATED, REACTIVATED, ROLE_CHANGED, UPDATED};
    use crate::fixture::{PASSWORD, login, with_layla};
    use crate::users::colleagues::hire;

    const OMAR: &str = "omar@nakheel.sa";

    fn with_omar() -> (TestHost, Actor, Actor) {
        let (host, layla) = with_layla();
        let omar = hire(&host, &layla, OMAR, "Omar Aziz", Role::Member);
        (host, layla, omar)
    }

    fn send(host: &TestHost, by: &Actor, whom: &Actor, body: &Value) -> Answered {
        host.patch(&format!("/users/{}", whom.user_id)).by(by).json(body).send()
    }

    fn topics(host: &TestHost) -> Vec<String> {
        host.events().into_iter().map(|event| event.topic).collect()
    }

    #[test]
    fn names_and_title_change_and_are_told() {
        let (host, layla, omar) = with_omar();
        let body = json!({ "firstName": " عمر ", "title": "Engineer", "unknown": 1 });
        let answered = send(&host, &layla, &omar, &body);
        assert_eq!((answered.status, answered.header("etag")), (200, Some("\"2\"")));
        let user = answered.json();
        assert_eq!((&user["firstName"], &user["title"]), (&json!("عمر"), &json!("Engineer")));
        assert_eq!((&user["lastName"], &user["email"]), (&json!("Aziz"), &json!(OMAR)));
        assert_eq!(topics(&host), [UPDATED]);
        assert_eq!(host.get("/users/me").by(&omar).send().json()["firstName"], "عمر");
        assert_eq!(send(&host, &layla, &omar, &json!({ "title": null })).json().get("title"), None);
        topics(&host);
        assert_eq!(send(&host, &layla, &omar, &json!({ "title": "" })).header("etag"), Some("\"3\""));
        assert_eq!(topics(&host), [""; 0], "nothing changed");
    }

    #[test]
    fn a_role_acts_at_once() {
        let (host, layla, omar) = with_omar();
        let session = login(&host, OMAR, PASSWORD);
        topics(&host);
        assert_eq!(send(&host, &layla, &omar, &json!({ "role": "admin" })).json()["role"], "admin");
        let events = host.events();
        assert_eq!((events.len(), events[0].topic.as_str()), (1, ROLE_CHANGED));
        let told: Value = serde_json::from_slice(&events[0].payload).unwrap();
        assert_eq!((&told["userId"], &told["role"]), (&json!(omar.user_id), &json!("admin")));
        let refreshed = host.post("/auth/refresh").session(&session).send();
        assert!(refreshed.header("st-access-token").unwrap().contains(r#""role":"admin""#));
    }

    #[test]
    fn who_is_deactivated_is_out_until_somebody_lets_them_in() {
        let (host, layla, omar) = with_omar();
        let session = login(&host, OMAR, PASSWORD);
        topics(&host);
        assert_eq!(send(&host, &layla, &omar, &json!({ "isActive": false })).json()["isActive"], false);
        assert_eq!(topics(&host), [DEACTIVATED]);
        assert_eq!(host.post("/auth/refresh").session(&session).send().code(), "SESSION_EXPIRED");
        assert_eq!(login(&host, OMAR, PASSWORD).code(), "WRONG_CREDENTIALS");
        assert_eq!(send(&host, &layla, &omar, &json!({ "isActive": true })).status, 200);
        assert_eq!(topics(&host), [REACTIVATED]);
        assert_eq!(login(&host, OMAR, PASSWORD).status, 200);
    }

    #[test]
    fn nobody_does_it_to_themselves() {
        let (host, layla, _) = with_omar();
        let answered = send(&host, &layla, &layla, &json!({ "role": "member" }));
        assert_eq!((answered.status, answered.code().as_str()), (400, "SELF_ACTION"));
        assert_eq!(host.events(), []);
    }

    #[test]
    fn only_admins_and_only_at_home() {
        let (host, layla, omar) = with_omar();
        let body = json!({ "title": "x" });
        assert_eq!(send(&host, &omar, &layla, &body).code(), "FORBIDDEN");
        let stranger = host.person(Role::Admin);
        assert_eq!(send(&host, &stranger, &omar, &body).code(), "NOT_FOUND");
        assert_eq!(send(&host, &layla, &host.colleague(&layla, Role::Member), &body).status, 404);
        assert_eq!(host.patch("/users/nobody").by(&layla).json(&body).send().status, 404);
        assert_eq!(host.patch(&format!("/users/{}", omar.user_id)).json(&body).send().status, 401);
        let platform_admin = Actor { platform_admin: true, ..host.person(Role::Member) };
        assert_eq!(send(&host, &platform_admin, &omar, &body).status, 200);
    }

    #[test]
    fn every_field_has_its_rule() {
        let (host, layla, omar) = with_omar();
        for (field, value, code) in [
            ("firstName", json!(""), "REQUIRED"),
            ("lastName", json!("a\u{0}b"), "CHARACTERS"),
            ("title", json!("t".repeat(121)), "TOO_LONG"),
            ("role", json!("owner"), "CHOICE"),
            ("isActive", json!("no"), "TYPE"),
            ("email", json!("x@y.sa"), "NOT_ALLOWED"),
            ("organizationId", Value::Null, "NOT_ALLOWED"),
            ("isVerified", json!(true), "NOT_ALLOWED"),
        ] {
            let answered = send(&host, &layla, &omar, &json!({ field: value }));
            assert_eq!(answered.wrong_fields(), [(field.to_owned(), code.to_owned())], "{field}");
        }
        assert_eq!(host.events(), []);
    }

    #[test]
    fn a_stale_write_changes_nothing() {
        let (host, layla, omar) = with_omar();
        let path = format!("/users/{}", omar.user_id);
        let patch = |tag: &str, title: &str| {
            host.patch(&path).by(&layla).header("if-match", tag).json(&json!({ "title": title })).send()
        };
        assert_eq!(patch("\"1\"", "First").status, 200);
        assert_eq!(patch("\"1\"", "Second").code(), "VERSION_CONFLICT");
        assert_eq!(patch("*", "Third").json()["title"], "Third");
    }
}
