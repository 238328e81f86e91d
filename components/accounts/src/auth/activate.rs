//! A credential is pending until its account is committed, and activated then. The event that the commit left does it
//! once more, for a process that died in between, and has the address proven.

use p2p_sdk::host::CredentialError;
use p2p_sdk::{Ctx, Delivery, Heard, Uuid};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::verification;
use crate::users::account_by_id;

/// Somebody signed up, with an organization of their own or by an invitation.
pub const SIGNED_UP: &str = "accounts.user.signed-up";

/// What `SIGNED_UP` tells.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SignedUp {
    /// Who.
    pub user_id: Uuid,
    /// Where.
    pub organization_id: Uuid,
}

/// Activates right after the commit. A failure is no reason to refuse an account that stands: the event tries again.
pub async fn activate(ctx: &Ctx, user: Uuid) {
    if let Err(error) = ctx.credentials().activate(&user.to_string()).await {
        ctx.warn("a credential waits for its event", &json!({ "userId": user, "cause": error.to_string() }));
    }
}

/// Hears `SIGNED_UP`. A credential that is gone was never activated within the hour that a pending one lives; nothing
/// brings it back, so that the event becomes a dead letter for an operator.
pub async fn activate_signed_up(ctx: &Ctx, event: Delivery) -> Heard {
    let SignedUp { user_id, .. } = event.read()?;
    let activated = ctx.credentials().activate(&user_id.to_string()).await;
    if activated == Err(CredentialError::Missing) {
        ctx.error("an account has no credential", &json!({ "userId": user_id }));
    }
    activated?;
    match account_by_id(ctx, user_id).await? {
        Some(account) => Ok(verification::begin(ctx, &account).await?),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use p2p_sdk::test_host::TestHost;
    use p2p_sdk::{EventError, params};

    use super::*;
    use crate::fixture::{EMAIL, PASSWORD, at_once, login, with_layla};

    const LATE: &str = "late@nakheel.sa";

    /// Somebody whose account was committed when the process died: a row, and a credential that is still pending.
    fn half_signed_up(host: &TestHost) -> Uuid {
        let credentials = host.host().credentials.as_ref().unwrap();
        let id: Uuid = at_once(credentials.create(LATE, PASSWORD)).unwrap().parse().unwrap();
        let insert = "INSERT INTO users (id, organization_id, email, first_name, last_name, search_name, role, created_at) \
            SELECT $1, id, $2, 'Late', 'One', 'late one', 'member', 0 FROM organizations";
        assert_eq!(host.execute(insert, params![id, LATE]), 1);
        id
    }

    #[test]
    fn the_event_finishes_what_a_dead_process_began() {
        let (host, layla) = with_layla();
        let user_id = half_signed_up(&host);
        assert_eq!(login(&host, LATE, PASSWORD).code(), "WRONG_CREDENTIALS");
        let told = SignedUp { user_id, organization_id: layla.organization_id.unwrap() };
        for delivery in [host.new_id(), host.new_id()] {
            assert_eq!(host.hear(delivery, SIGNED_UP, user_id, &told), Ok(()));
            assert_eq!(login(&host, LATE, PASSWORD).status, 200);
        }
        assert_eq!(login(&host, EMAIL, PASSWORD).status, 200);
    }

    #[test]
    fn a_credential_that_is_gone_is_for_an_operator() {
        let (host, layla) = with_layla();
        let user_id = half_signed_up(&host);
        let credentials = host.host().credentials.as_ref().unwrap();
        at_once(credentials.discard(&user_id.to_string())).unwrap();
        let told = SignedUp { user_id, organization_id: layla.organization_id.unwrap() };
        let heard = host.hear(host.new_id(), SIGNED_UP, user_id, &told);
        assert!(matches!(heard, Err(EventError::Refuse(_))), "{heard:?}");
        assert_eq!(host.errors().len(), 1);
        let heard = host.hear(host.new_id(), SIGNED_UP, user_id, &json!({ "userId": 7 }));
        assert!(matches!(heard, Err(EventError::Refuse(_))), "{heard:?}");
    }
}
