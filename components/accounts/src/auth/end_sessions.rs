//! Whoever sets a new password wants others out. Sessions end at once; the event that tells of it ends once more what was
//! open before it, for a store that did not answer or a process that died in between. Sessions opened since stay.

use p2p_sdk::host::SessionError;
use p2p_sdk::{Ctx, Delivery, Heard, Uuid};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// A new password was set by the token of a mail.
pub const PASSWORD_RESET: &str = "accounts.password.reset";
/// A new password was set by somebody who knew the old one.
pub const PASSWORD_CHANGED: &str = "accounts.password.changed";

/// The host shows no more sessions at once.
const MOST_SHOWN: usize = 100;

/// What `PASSWORD_RESET` and `PASSWORD_CHANGED` tell.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PasswordSet {
    /// Whose.
    pub user_id: Uuid,
    /// Handle of the session in which it was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kept_session: Option<String>,
}

/// Notes that sessions could not be ended at once; the event does it.
pub fn left_to_event(ctx: &Ctx, ended: Result<(), SessionError>) {
    if let Err(error) = ended {
        ctx.warn("sessions end by their event", &json!({ "cause": error.to_string() }));
    }
}

/// Hears `PASSWORD_RESET` and `PASSWORD_CHANGED`.
pub async fn end_older_sessions(ctx: &Ctx, event: Delivery) -> Heard {
    let PasswordSet { user_id, kept_session } = event.read()?;
    let user = user_id.to_string();
    let sessions = ctx.sessions();
    loop {
        // The newest come first, so that older ones may stand behind those that are shown.
        let shown = sessions.list_user(&user).await?;
        let are_more = shown.len() >= MOST_SHOWN;
        let mut has_ended = false;
        for session in shown {
            let is_older = session.created_at < event.committed_at.0;
            if is_older && kept_session.as_ref() != Some(&session.handle) {
                has_ended |= sessions.revoke_one(&user, &session.handle).await?;
            }
        }
        // Another look only after one that ended something: it comes to an end.
        match (are_more, has_ended) {
            (false, _) => return Ok(()),
            (true, true) => {}
            // So many were opened since that nobody sees what stands behind them: all go.
            (true, false) => return Ok(sessions.revoke_user(&user).await?),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use p2p_sdk::Actor;
    use p2p_sdk::test_host::TestHost;

    use super::*;
    use crate::fixture::{EMAIL, PASSWORD, at_once, login, with_layla};

    #[test]
    fn what_was_open_ends_and_what_was_opened_since_stays() {
        let (host, layla) = with_layla();
        let sessions = host.host().sessions.as_ref().unwrap();
        let user = layla.user_id.to_string();
        let (old, kept) = (login(&host, EMAIL, PASSWORD), login(&host, EMAIL, PASSWORD));
        let handle = at_once(sessions.list_user(&user)).unwrap()[0].handle.clone();
        host.advance(Duration::from_secs(1));
        let new = login(&host, EMAIL, PASSWORD);
        let told = PasswordSet { user_id: layla.user_id, kept_session: Some(handle) };
        for topic in [PASSWORD_CHANGED, PASSWORD_CHANGED, PASSWORD_RESET] {
            assert_eq!(host.hear(host.new_id(), topic, &user, &told), Ok(()));
        }
        let status = |session| host.post("/auth/refresh").session(session).send().status;
        assert_eq!([status(&old), status(&kept), status(&new)], [401, 200, 200]);
    }

    fn open(host: &TestHost, layla: &Actor, sessions: usize) {
        let open = host.host().sessions.as_ref().unwrap();
        for _ in 0..sessions {
            at_once(open.create(&layla.user_id.to_string(), b"{}".to_vec())).unwrap();
        }
    }

    #[test]
    fn more_than_the_host_shows_at_once_end_as_well() {
        let (host, layla) = with_layla();
        let oldest = login(&host, EMAIL, PASSWORD);
        open(&host, &layla, 2 * MOST_SHOWN);
        host.advance(Duration::from_secs(1));
        let new = login(&host, EMAIL, PASSWORD);
        let told = PasswordSet { user_id: layla.user_id, kept_session: None };
        assert_eq!(host.hear(host.new_id(), PASSWORD_RESET, layla.user_id, &told), Ok(()));
        let status = |session| host.post("/auth/refresh").session(session).send().status;
        assert_eq!([status(&oldest), status(&new)], [401, 200]);
    }

    #[test]
    fn what_stands_behind_as_many_new_ones_as_are_shown_ends_with_them() {
        let (host, layla) = with_layla();
        let oldest = login(&host, EMAIL, PASSWORD);
        host.advance(Duration::from_secs(1));
        open(&host, &layla, MOST_SHOWN);
        let told = PasswordSet { user_id: layla.user_id, kept_session: None };
        assert_eq!(host.hear(host.new_id(), PASSWORD_RESET, layla.user_id, &told), Ok(()));
        assert_eq!(host.post("/auth/refresh").session(&oldest).send().status, 401);
    }
}
