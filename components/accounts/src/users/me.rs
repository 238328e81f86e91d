//! One's own profile.

use p2p_sdk::{Code, Ctx, Problem, Request, Response};
use serde::Serialize;

use super::account::{Account, account_by_id};
use super::preferences::NotificationPreferences;
use super::user::User;
use crate::organizations::Organization;

/// A user as they see themselves.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
pub struct Me {
    #[serde(flatten)]
    user: User,
    /// IANA name of the time zone.
    timezone: String,
    notification_preferences: NotificationPreferences,
    organization: Organization,
}

/// GET /users/me
pub async fn me(ctx: &Ctx, _: Request) -> Result<Response, Problem> {
    let account = own_account(ctx).await?;
    Ok(answer(ctx, account).await)
}

/// The caller's account. One that is gone or deactivated has no session either, though a token may outlive it.
pub async fn own_account(ctx: &Ctx) -> Result<Account, Problem> {
    let account = account_by_id(ctx, ctx.actor()?.user_id).await?;
    account.filter(Account::may_sign_in).ok_or_else(|| Problem::new(Code::Unauthenticated))
}

/// The profile with its version.
pub async fn answer(ctx: &Ctx, account: Account) -> Response {
    let version = account.user.version;
    let user = User::of(ctx, &account.user).await;
    let me = Me {
        user,
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
        assert_eq!(body["timezone"], "UTC");
        assert_eq!(body["notificationPreferences"]["reply"], json!({ "email": true, "inApp": true }));
        assert_eq!(body["organization"]["id"], json!(layla.organization_id));
    }

    #[test]
    fn nobody_and_whoever_is_gone_are_not_signed_in() {
        let (host, layla) = with_layla();
        assert_eq!(host.get("/users/me").send().code(), "UNAUTHENTICATED");
        let stranger = host.colleague(&layla, layla.role);
        assert_eq!(host.get("/users/me").by(&stranger).send().code(), "UNAUTHENTICATED");
        execute(&host, "UPDATE users SET is_active = 0");
        assert_eq!(host.get("/users/me").by(&layla).send().status, 401);
    }
}
