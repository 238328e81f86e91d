//! Telling again how everybody is shown, for those who make what they keep of people anew.

use p2p_sdk::{Batch, Ctx, EventError, RetellPage, Retold, params};

use super::row::{COLUMNS, UserRow};
use super::told::{RETOLD, tell_shown};

/// Changes nothing and holds what was read: nobody is told of as they were before somebody changed them.
const SAME: &str = "UPDATE users SET version = version WHERE id = $1 AND version = $2";

/// A page of everybody, whether they may sign in or not: what they wrote is still theirs.
pub async fn users(ctx: &Ctx, page: RetellPage) -> Result<Retold, EventError> {
    let text = format!("SELECT {COLUMNS} FROM users WHERE id > $1 ORDER BY id LIMIT $2");
    let rows = ctx.sql().query(&text, &params![page.after_id()?, page.limit]).await?;
    let found = rows.all::<UserRow>()?;
    let tell = |batch: Batch, user: &UserRow| tell_shown(batch, RETOLD, user);
    let guards =
        found.iter().fold(Batch::new(), |batch, user| batch.run_one(SAME, params![user.id, user.version]));
    let ids: Vec<_> = found.iter().map(|user| user.id).collect();
    Ok(page.told(&ids, found.iter().fold(guards, tell)))
}

#[cfg(test)]
mod tests {
    use p2p_sdk::host::Event;
    use serde_json::{Value, json};

    use super::super::told::UPDATED;
    use super::*;
    use crate::fixture::{execute, value, with_layla};

    #[test]
    fn everybody_is_told_as_an_update_tells_them() {
        let (host, layla) = with_layla();
        let change = host.patch("/users/me").by(&layla).json(&json!({ "title": "Agronomist" })).send();
        assert_eq!(change.status, 200);
        let payload = |event: &Event| serde_json::from_slice::<Value>(&event.payload).unwrap();
        let updated = host.events();
        assert_eq!(updated[0].topic, UPDATED);
        let mut told = Vec::new();
        let pages = host.retell(|event| told.push((event.topic.clone(), event.key.clone(), payload(event))));
        let wanted = (RETOLD.to_owned(), layla.user_id.to_string(), payload(&updated[0]));
        assert_eq!((pages, told), (1, vec![wanted]));
    }

    #[test]
    fn it_is_no_edit_and_waits_for_one() {
        let (host, _) = with_layla();
        let version = value(&host, "SELECT version FROM users");
        host.retell(|_| {});
        assert_eq!(value(&host, "SELECT version FROM users"), version);
        execute(&host, "CREATE TRIGGER faster BEFORE UPDATE ON users BEGIN SELECT RAISE(IGNORE); END");
        let page = json!({ "noun": "user", "after": null });
        let heard = host.hear(host.new_id(), "accounts.retell.continued", "user", &page);
        assert!(matches!(heard, Err(EventError::Retry(_))), "{heard:?}");
        assert!(host.events().is_empty());
    }
}
