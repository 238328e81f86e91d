//! Users whose credentials a SuperTokens Core keeps: which of them are the tenant's own, and how far they have come.

use p2p_context::Timestamp;
use p2p_identity_core::Email;
use p2p_storage::packed::{Params, RowReader};
use uuid::Uuid;

use super::{Fault, Tables, must_change_one};

/// How far a user has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Made, and to get this address when it becomes real.
    Pending(String),
    /// Real.
    Active,
    /// To be removed from the core.
    Discarded,
}

/// As many discarded users as are removed in one round.
const ROUND: i64 = 50;

/// A pending one, by an id of ours until the core has said what it calls them.
pub async fn user_insert(tables: Tables<'_>, user: Uuid, email: &Email, now: Timestamp) -> Result<(), Fault> {
    let text = "INSERT INTO core_users (user_id, email, created_at) VALUES ($1, $2, $3)";
    tables.execute(text, Params::new().uuid(user).text(email.as_str()).timestamp(now)).await?;
    Ok(())
}

/// Puts the core's id of a pending one in the place of ours.
pub async fn user_known(tables: Tables<'_>, unnamed: Uuid, user: Uuid) -> Result<(), Fault> {
    let text = "UPDATE core_users SET user_id = $2 WHERE user_id = $1";
    tables.apply(vec![must_change_one(text, Params::new().uuid(unnamed).uuid(user))]).await
}

/// How far one has come; none is not ours.
pub async fn user_standing(tables: Tables<'_>, user: Uuid) -> Result<Option<Standing>, Fault> {
    let text = "SELECT email, activated_at, discarded_at FROM core_users WHERE user_id = $1";
    let rows = tables.query(text, Params::new().uuid(user)).await?;
    let mut reader = RowReader::new(&rows)?;
    if !reader.advance() {
        return Ok(None);
    }
    let email = reader.text()?.to_owned();
    let (activated, discarded) = (reader.timestamp_or_null()?, reader.timestamp_or_null()?);
    Ok(Some(match (activated, discarded) {
        (Some(_), _) => Standing::Active,
        (None, Some(_)) => Standing::Discarded,
        (None, None) => Standing::Pending(email),
    }))
}

/// Makes a pending one real; false when it is pending no more.
pub async fn user_activate(tables: Tables<'_>, user: Uuid, now: Timestamp) -> Result<bool, Fault> {
    let text = "UPDATE core_users SET activated_at = $2
        WHERE user_id = $1 AND activated_at IS NULL AND discarded_at IS NULL";
    Ok(tables.execute(text, Params::new().uuid(user).timestamp(now)).await? == 1)
}

/// Gives a pending one up, or a discarded one to a later round; false when there is none. It cannot become real any more.
pub async fn user_discard(tables: Tables<'_>, user: Uuid, now: Timestamp) -> Result<bool, Fault> {
    let text = "UPDATE core_users SET discarded_at = $2 WHERE user_id = $1 AND activated_at IS NULL";
    Ok(tables.execute(text, Params::new().uuid(user).timestamp(now)).await? == 1)
}

/// Gives up those that were made before this and are pending still.
pub async fn user_discard_older(tables: Tables<'_>, before: Timestamp, now: Timestamp) -> Result<(), Fault> {
    let text = "UPDATE core_users SET discarded_at = $2
        WHERE activated_at IS NULL AND discarded_at IS NULL AND created_at < $1";
    tables.execute(text, Params::new().timestamp(before).timestamp(now)).await?;
    Ok(())
}

/// Some that are to be removed from the core.
pub async fn user_discarded(tables: Tables<'_>) -> Result<Vec<Uuid>, Fault> {
    let text = "SELECT user_id FROM core_users WHERE discarded_at IS NOT NULL ORDER BY discarded_at LIMIT $1";
    let rows = tables.query(text, Params::new().s64(ROUND)).await?;
    let mut reader = RowReader::new(&rows)?;
    let mut users = Vec::new();
    while reader.advance() {
        users.push(reader.uuid()?);
    }
    Ok(users)
}

/// Forgets a discarded one.
pub async fn user_forget(tables: Tables<'_>, user: Uuid) -> Result<(), Fault> {
    let text = "DELETE FROM core_users WHERE user_id = $1 AND discarded_at IS NOT NULL";
    tables.execute(text, Params::new().uuid(user)).await?;
    Ok(())
}
