//! Making somebody a platform admin. Only an operator can: `p2p admin grant` tells it by an event of the host.

use p2p_sdk::{Batch, Ctx, Delivery, Heard};

use super::account::account_told;
use super::row::user_grant_platform_admin;
use crate::auth::session;

/// An operator granted it; `{"userId"}`.
pub const PLATFORM_ADMIN_GRANTED: &str = "platform.admin.granted";

/// Hears `PLATFORM_ADMIN_GRANTED`. The sessions learn it before the commit that marks the event as done, so that a
/// process that dies in between does both again.
pub async fn grant_platform_admin(ctx: &Ctx, event: Delivery) -> Heard {
    let mut account = account_told(ctx, &event).await?;
    let user_id = account.user.id;
    if account.user.is_platform_admin {
        return Ok(());
    }
    account.user.is_platform_admin = true;
    let told = session::claims(&account);
    ctx.sessions().update_claims(&user_id.to_string(), told.clone()).await?;
    user_grant_platform_admin(Batch::new(), user_id).commit(ctx).await?;
    session::settle(ctx, user_id, told).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use p2p_sdk::EventError;
    use serde_json::json;

    use super::*;
    use crate::fixture::{EMAIL, PASSWORD, execute, login, with_layla};

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
    fn a_role_that_was_taken_meanwhile_stays_taken() {
        let (host, layla) = with_layla();
        let session = login(&host, EMAIL, PASSWORD);
        execute(
            &host,
            "CREATE TRIGGER meanwhile AFTER UPDATE OF is_platform_admin ON users BEGIN \
             UPDATE users SET role = 'member'; END",
        );
        let told = json!({ "userId": layla.user_id });
        assert_eq!(host.hear(host.new_id(), PLATFORM_ADMIN_GRANTED, layla.user_id, &told), Ok(()));
        let refreshed = host.post("/auth/refresh").session(&session).send();
        let claims = refreshed.header("st-access-token").unwrap();
        assert!(claims.contains(r#""role":"member","platformAdmin":true"#), "{claims}");
    }

    #[test]
    fn nobody_cannot_be_one() {
        let (host, _) = with_layla();
        let (id, delivery) = (host.new_id(), host.new_id());
        let heard = host.hear(delivery, PLATFORM_ADMIN_GRANTED, id, &json!({ "userId": id }));
        assert!(matches!(heard, Err(EventError::Refuse(_))), "{heard:?}");
    }
}
