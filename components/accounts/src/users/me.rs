//! One's own profile.

use p2p_sdk::{Ctx, Problem, Request, Response};
use serde::Serialize;

use super::account::Account;
use super::preferences::NotificationPreferences;
use super::user::User;
use crate::auth::session;
use crate::organizations::Organization;

/// A user as they see themselves.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
pub struct Me {
    #[serde(flatten)]
    user: User,
    /// May act across organizations.
    platform_admin: bool,
    /// IANA name of the time zone.
    timezone: String,
    notification_preferences: NotificationPreferences,
    organization: Organization,
}

/// GET /users/me
pub async fn me(ctx: &Ctx, _: Request) -> Result<Response, Problem> {
    let account = session::caller(ctx).await?;
    Ok(answer(ctx, account).await)
}

/// The profile with its version.
pub async fn answer(ctx: &Ctx, account: Account) -> Response {
    let version = account.user.version;
    let user = User::of(ctx, &account.user).await;
    let me = Me {
        user,
        platform_admin: account.user.is_platform_admin,
        timezone: account.user.timezone,
        notification_preferences: account.user.notification_preferences.0,
        organization: account.organization,
    };
    Response::ok(&me).etag(version)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::fixture::{EMAIL, execute, with_layla};

    #[test]
    fn everything_about_oneself() {
        let (host, layla) = with_layla();
        let answered = host.get("/users/me").by(&layla).send();
        assert_eq!((answered.status, answered.header("etag")), (200, Some("\"1\"")));
        let body = answered.json();
        assert_eq!((&body["id"], &body["email"]), (&json!(layla.user_id), &json!(EMAIL)));
        assert_eq!((&body["timezone"], &body["platformAdmin"]), (&json!("UTC"), &json!(false)));
        assert_eq!(body["notificationPreferences"]["reply"], json!({ "email": true, "inApp": true }));
        assert_eq!(body["organization"]["id"], json!(layla.organization_id));
        execute(&host, "UPDATE users SET is_platform_admin = 1");
        assert_eq!(host.get("/users/me").by(&layla).send().json()["platformAdmin"], true);
    }

    #[test]
    fn nobody_and_whoever_is_gone_are_not_signed_in() {
        let (host, layla) = with_layla();
        assert_eq!(host.get("/users/me").send().code(), "UNAUTHENTICATED");
        let stranger = host.colleague(&layla, layla.role);
        assert_eq!(host.get("/users/me").by(&stranger).send().code(), "UNAUTHENTICATED");
        execute(&host, "UPDATE users SET is_active = 0");
        let upload = host.stage("file", "me.jpg", "image/jpeg", b"\xff\xd8\xff");
        for request in [
            host.get("/users/me"),
            host.patch("/users/me").json(&json!({ "title": "x" })),
            host.post("/users/me/avatar").upload(upload),
        ] {
            let gone = request.by(&layla).send();
            let cleared = (gone.status, gone.header("st-access-token"));
            assert_eq!(cleared, (401, Some("")), "the browser is cleared");
        }
    }
}
