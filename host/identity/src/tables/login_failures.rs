//! Failed logins by address, known or not.

use p2p_context::Timestamp;
use p2p_identity_core::Email;
use p2p_storage::Statement;
use p2p_storage::packed::{Params, RowReader};

use super::{Fault, Tables, statement};
use crate::audit::{AuditEntry, entry_insert_if};
use crate::embedded::Lockout;
use crate::error::CredentialError;

/// What is kept of an address that has failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failed {
    /// When it will be free again, if it was locked.
    pub locked_until: Option<Timestamp>,
}

impl Failed {
    /// Refuses an address that is locked still.
    pub fn refuse_locked(self, now: Timestamp) -> Result<(), CredentialError> {
        let left = self.locked_until.map_or(0, |until| until.0.saturating_sub(now.0));
        if left <= 0 {
            return Ok(());
        }
        let seconds = u32::try_from(left.saturating_add(999_999) / 1_000_000).unwrap_or(u32::MAX);
        Err(CredentialError::Locked(seconds))
    }
}

/// Whether an address has failed lately.
pub async fn failure_find(tables: Tables<'_>, email: &Email) -> Result<Option<Failed>, Fault> {
    let text = "SELECT locked_until FROM login_failures WHERE email = $1";
    let rows = tables.query(text, Params::new().text(email.as_str())).await?;
    let mut reader = RowReader::new(&rows)?;
    if !reader.advance() {
        return Ok(None);
    }
    Ok(Some(Failed { locked_until: reader.timestamp_or_null()? }))
}

/// Counts one more, and locks when there are too many, which is what `locked` says. A failure long after the last one
/// counts as the first.
pub async fn failure_count(
    tables: Tables<'_>,
    email: &Email,
    lockout: Lockout,
    now: Timestamp,
    locked: &AuditEntry,
) -> Result<(), Fault> {
    let locks_at = i64::from(lockout.failures).max(2);
    let text = "INSERT INTO login_failures (email, failures, failed_at) VALUES ($1, 1, $2)
        ON CONFLICT (email) DO UPDATE SET
            failures = CASE WHEN login_failures.failed_at <= $3 THEN 1 ELSE login_failures.failures + 1 END,
            failed_at = $2,
            locked_until = CASE WHEN login_failures.failed_at > $3 AND login_failures.failures + 1 >= $4 THEN $5
                ELSE login_failures.locked_until END";
    let params = Params::new()
        .text(email.as_str())
        .timestamp(now)
        .timestamp(now.minus(lockout.span))
        .s64(locks_at)
        .timestamp(now.plus(lockout.span));
    // Exactly one failure brings the count there, however many come at once.
    let note = entry_insert_if(locked, "login_failures WHERE email = $9 AND failures = $10", |params| {
        params.text(email.as_str()).s64(locks_at)
    });
    tables.commit(vec![statement(text, params), note]).await?;
    Ok(())
}

/// Forgets an address.
pub async fn failure_clear(tables: Tables<'_>, email: &Email) -> Result<(), Fault> {
    tables.commit(vec![failure_cleared(email.as_str())]).await?;
    Ok(())
}

/// The statement that does so.
pub fn failure_cleared(email: &str) -> Statement {
    statement("DELETE FROM login_failures WHERE email = $1", Params::new().text(email))
}

/// Forgets addresses whose last failure is older.
pub async fn failure_sweep(tables: Tables<'_>, before: Timestamp) -> Result<(), Fault> {
    tables
        .execute("DELETE FROM login_failures WHERE failed_at < $1", Params::new().timestamp(before))
        .await?;
    Ok(())
}
