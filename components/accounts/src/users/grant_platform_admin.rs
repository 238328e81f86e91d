//! Making somebody a platform admin. Only an operator can: `p2p admin grant` tells it by an event of the host.

use p2p_sdk::{Batch, Ctx, Delivery, EventError, Heard, Uuid};
use serde::Deserialize;

use super::account::account_by_id;
use super::row::user_grant_platform_admin;
use crate::auth::claims;

/// An operator granted it; `{"userId"}`.
pub const PLATFORM_ADMIN_GRANTED: &str = "platform.admin.granted";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Granted {
    user_id: Uuid,
}

/// Hears `PLATFORM_ADMIN_GRANTED`. The sessions learn it before the commit that marks the event as done, so that a
/// process that dies in between does both again.
pub async fn grant_platform_admin(ctx: &Ctx, event: Delivery) -> Heard {
    let Granted { user_id } = event.read()?;
    let account = account_by_id(ctx, user_id).await?;
    let mut account = account.ok_or_else(|| EventError::Refuse(format!("there is no user {user_id}")))?;
    if account.user.is_platform_admin {
        return Ok(());
    }
    account.user.is_platform_admin = true;
    ctx.sessions().update_claims(&user_id.to_string(), claims(&account)).await?;
    user_grant_platform_admin(Batch::new(), user_id).commit(ctx).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::fixture::{EMAIL, PASSWORD, login, with_layla};

    #[test]
    fn sessions_and_row_learn_it_once() {
        let (host, layla) = with_layla();
        let session = login(&host, EMAIL, PASSWORD);
        let told = json!({ "userId": layla.user_id });
        for delivery in [host.new_id(), host.new_id()] {
            assert_eq!(host.hear(delivery, PLATFORM_ADMIN_GRANTED, layla.user_id, &told), Ok(()));
        }
        let me = host.get("/users/me").by(&layla).send();
        assert_eq!(me.header("etag"), Some("\"2\""), "the second time nothing was to do");
        let refreshed = host.post("/auth/refresh").session(&session).send();
        assert!(refreshed.header("st-access-token").unwrap().contains(r#""platformAdmin":true"#));
        let fresh = login(&host, EMAIL, PASSWORD);
        assert!(fresh.header("st-access-token").unwrap().contains(r#""platformAdmin":true"#));
    }

    #[test]
    fn nobody_cannot_be_one() {
        let (host, _) = with_layla();
        let (id, delivery) = (host.new_id(), host.new_id());
        let heard = host.hear(delivery, PLATFORM_ADMIN_GRANTED, id, &json!({ "userId": id }));
        assert!(matches!(heard, Err(EventError::Refuse(_))), "{heard:?}");
    }
}
