//! What replicas tell each other: which sessions have ended, whose claims have changed.

use p2p_context::Timestamp;
use p2p_storage::Statement;
use p2p_storage::packed::{Params, RowReader};

use super::{Fault, Tables, statement};
use crate::revocations::Revocation;

/// As many as are read at once.
const PAGE: u32 = 1000;

/// The statement that marks a session as ended.
pub fn session_ended(handle: &str, now: Timestamp) -> Statement {
    let text = "INSERT INTO revocations (handle, claims_at, revoked_at) VALUES ($1, NULL, $2)
        ON CONFLICT (handle) DO UPDATE SET claims_at = NULL, revoked_at = excluded.revoked_at";
    statement(text, Params::new().text(handle).timestamp(now))
}

/// The statement that marks tokens of a session as stale whose claims were stated before this (milliseconds). What is
/// known already is never softened.
pub fn claims_stated(handle: &str, stated_ms: i64, now: Timestamp) -> Statement {
    let text = "INSERT INTO revocations (handle, claims_at, revoked_at) VALUES ($1, $2, $3)
        ON CONFLICT (handle) DO UPDATE SET
            claims_at = CASE WHEN revocations.claims_at < excluded.claims_at THEN excluded.claims_at
                ELSE revocations.claims_at END,
            revoked_at = excluded.revoked_at";
    statement(text, Params::new().text(handle).s64(stated_ms).timestamp(now))
}

/// Hands over all that were written at this time or later.
pub async fn revocations_since(
    tables: Tables<'_>,
    since: Timestamp,
    mut note: impl FnMut(Revocation),
) -> Result<(), Fault> {
    let text = "SELECT handle, claims_at, revoked_at FROM revocations
        WHERE revoked_at >= $1 AND (revoked_at, handle) > ($1, $2) ORDER BY revoked_at, handle LIMIT $3";
    let (mut after, mut handle) = (since, String::new());
    loop {
        let params = Params::new().timestamp(after).text(&handle).s64(i64::from(PAGE));
        let rows = tables.query(text, params).await?;
        let mut reader = RowReader::new(&rows)?;
        while reader.advance() {
            handle = reader.text()?.to_owned();
            let claims_at = reader.s64_or_null()?;
            after = reader.timestamp()?;
            note(Revocation { handle: handle.clone(), claims_at, revoked_at: after });
        }
        if rows.count < PAGE {
            return Ok(());
        }
    }
}

/// Removes those that were written before this.
pub async fn revocation_sweep(tables: Tables<'_>, before: Timestamp) -> Result<(), Fault> {
    tables.execute("DELETE FROM revocations WHERE revoked_at < $1", Params::new().timestamp(before)).await?;
    Ok(())
}
