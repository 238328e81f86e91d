//! Changing one's own profile.

use p2p_sdk::{Batch, Code, Ctx, Problem, Request, Response};

use super::changes::ProfileChanges;
use super::me::answer;
use super::row::user_update;
use super::told::tell_updated;
use crate::auth::session;

/// PATCH /users/me. A caller who names no version is still not let over a write that came between: two forms of one
/// person that are saved in the same moment are rare, and a lost change is worse than asking again.
pub async fn update_me(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    let seen = request.if_match()?;
    let changes: ProfileChanges = request.json()?;
    changes.check()?;
    let mut account = session::caller(ctx).await?;
    if seen.is_some_and(|version| version != account.user.version) {
        return Err(Problem::new(Code::VersionConflict));
    }
    let before = account.user.clone();
    changes.apply(&mut account.user);
    if account.user != before {
        tell_updated(user_update(Batch::new(), &account.user), &account.user).commit(ctx).await?;
        account.user.version += 1;
    }
    Ok(answer(ctx, account).await)
}

#[cfg(test)]
mod tests {
    use p2p_sdk::host::SqlError;
    use p2p_sdk::test_host::{Answered, TestHost};
    use p2p_sdk::{Actor, Params};
    use serde_json::{Value, json};

    use super::super::told::UPDATED;
    use crate::fixture::with_layla;

    fn send(host: &TestHost, by: &Actor, body: Value) -> Answered {
        host.patch("/users/me").by(by).json(&body).send()
    }

    #[test]
    fn what_is_given_changes_and_the_rest_stays() {
        let (host, layla) = with_layla();
        let answered = send(
            &host,
            &layla,
            json!({
                "lastName": "الحربي", "title": "Engineer", "bio": "First.\n\na < b", "location": " Buraydah ",
                "expertiseTags": ["Dates", " dates ", "تمور"], "language": "ar", "timezone": "Asia/Riyadh",
                "notificationPreferences": { "message": { "email": false } }, "unknown": 7,
            }),
        );
        assert_eq!((answered.status, answered.header("etag")), (200, Some("\"2\"")));
        let body = answered.json();
        assert_eq!((&body["firstName"], &body["lastName"]), (&json!("Layla"), &json!("الحربي")));
        assert_eq!((&body["location"], &body["title"]), (&json!("Buraydah"), &json!("Engineer")));
        assert_eq!(body["bio"], "First.\n\na < b");
        assert_eq!(body["bioHtml"], "<p>First.</p><p>a &lt; b</p>");
        assert_eq!(body["expertiseTags"], json!(["Dates", "تمور"]));
        assert_eq!((&body["language"], &body["timezone"]), (&json!("ar"), &json!("Asia/Riyadh")));
        assert_eq!(body["notificationPreferences"]["message"], json!({ "email": false, "inApp": true }));
        assert_eq!(host.get("/users/me").by(&layla).send().json(), body, "it was kept");
        let rows = host.query("SELECT search_name, title FROM directory_users", &Params::new());
        let shown = rows.first::<(String, String)>().unwrap().unwrap();
        assert_eq!(shown, ("layla الحربي".to_owned(), "Engineer".to_owned()));
    }

    #[test]
    fn it_is_told_once() {
        let (host, layla) = with_layla();
        send(&host, &layla, json!({ "title": "Engineer" }));
        let events = host.events();
        assert_eq!((events.len(), events[0].topic.as_str()), (1, UPDATED));
        let told: Value = serde_json::from_slice(&events[0].payload).unwrap();
        assert_eq!((&told["userId"], &told["title"]), (&json!(layla.user_id), &json!("Engineer")));
        let again = send(&host, &layla, json!({ "title": "Engineer" }));
        assert_eq!((again.header("etag"), host.events()), (Some("\"2\""), vec![]), "nothing changed");
    }

    #[test]
    fn null_and_empty_text_clear() {
        let (host, layla) = with_layla();
        send(&host, &layla, json!({ "title": "Engineer", "bio": "b", "location": "l" }));
        let body = send(&host, &layla, json!({ "title": null, "bio": "", "location": null })).json();
        assert_eq!([&body["title"], &body["bio"], &body["bioHtml"], &body["location"]], [&Value::Null; 4]);
    }

    #[test]
    fn what_is_not_theirs_to_change_is_refused_field_by_field() {
        let (host, layla) = with_layla();
        let body = json!({
            "title": "Engineer", "email": "x@y.sa", "role": null, "organization": {}, "organizationId": layla.user_id,
            "isActive": true, "isVerified": true,
        });
        let answered = send(&host, &layla, body);
        assert_eq!(answered.status, 422);
        let wanted = ["email", "role", "organization", "organizationId", "isActive", "isVerified"];
        assert_eq!(answered.wrong_fields(), wanted.map(|field| (field.to_owned(), "NOT_ALLOWED".to_owned())));
        assert_eq!(host.get("/users/me").by(&layla).send().header("etag"), Some("\"1\""));
    }

    #[test]
    fn every_field_has_its_rule() {
        let (host, layla) = with_layla();
        for (field, value, wrong, code) in [
            ("firstName", json!(""), "firstName", "REQUIRED"),
            ("lastName", json!("a\u{0}b"), "lastName", "CHARACTERS"),
            ("title", json!("t".repeat(121)), "title", "TOO_LONG"),
            ("title", json!(7), "title", "TYPE"),
            ("bio", json!("ب".repeat(501)), "bio", "TOO_LONG"),
            ("bio", json!("a\u{0}"), "bio", "CHARACTERS"),
            ("location", json!("two\nlines"), "location", "CHARACTERS"),
            ("expertiseTags", json!(vec!["t"; 11]), "expertiseTags", "TOO_MANY"),
            ("expertiseTags", json!(["ok", ""]), "expertiseTags[1]", "REQUIRED"),
            ("language", json!("fr"), "language", "CHOICE"),
            ("timezone", json!("../etc"), "timezone", "FORM"),
            ("timezone", json!(""), "timezone", "FORM"),
            (
                "notificationPreferences",
                json!({ "reply": { "email": 1 } }),
                "notificationPreferences.reply.email",
                "TYPE",
            ),
            (
                "notificationPreferences",
                json!({ "reply": [true, true] }),
                "notificationPreferences.reply",
                "TYPE",
            ),
        ] {
            let answered = send(&host, &layla, json!({ field: value }));
            assert_eq!(answered.wrong_fields(), [(wrong.to_owned(), code.to_owned())], "{field} {value}");
        }
        assert_eq!(host.events(), []);
    }

    #[test]
    fn a_stale_write_changes_nothing() {
        let (host, layla) = with_layla();
        let patch = |tag: &str, title: &str| {
            host.patch("/users/me").by(&layla).header("if-match", tag).json(&json!({ "title": title })).send()
        };
        assert_eq!(patch("\"1\"", "First").status, 200);
        let stale = patch("\"1\"", "Second");
        assert_eq!((stale.status, stale.code().as_str()), (409, "VERSION_CONFLICT"));
        assert_eq!(patch("*", "Third").json()["title"], "Third");
        assert_eq!(host.get("/users/me").by(&layla).send().json()["title"], "Third");
    }

    #[test]
    fn anonymous_and_broken_requests_are_refused() {
        let (host, layla) = with_layla();
        assert_eq!(host.patch("/users/me").json(&json!({})).send().status, 401);
        assert_eq!(host.patch("/users/me").by(&layla).body(b"[").send().code(), "MALFORMED");
        host.fail_sql(SqlError::Busy);
        assert_eq!(send(&host, &layla, json!({ "title": "x" })).code(), "BUSY");
    }
}
