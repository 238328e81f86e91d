//! Failed logins by address, known or not.

use p2p_context::Timestamp;
use p2p_identity_core::Email;
use p2p_storage::packed::{Params, RowReader};

use super::{Fault, Tables};
use crate::embedded::Lockout;

/// What is kept of an address that has failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failed {
    /// When it will be free again, if it was locked.
    pub locked_until: Option<Timestamp>,
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

/// Counts one more, and locks when there are too many. A failure long after the last one counts as the first.
pub async fn failure_count(
    tables: Tables<'_>,
    email: &Email,
    lockout: Lockout,
    now: Timestamp,
) -> Result<(), Fault> {
    let text = "INSERT INTO login_failures (email, failures, failed_at) VALUES ($1, 1, $2)
        ON CONFLICT (email) DO UPDATE SET
            failures = CASE WHEN login_failures.failed_at <= $3 THEN 1 ELSE login_failures.failures + 1 END,
            failed_at = $2,
            locked_until = CASE WHEN login_failures.failed_at > $3 AND login_failures.failures + 1 >= $4 THEN $5 END";
    let params = Params::new()
        .text(email.as_str())
        .timestamp(now)
        .timestamp(now.minus(lockout.span))
        .s64(i64::from(lockout.failures))
        .timestamp(now.plus(lockout.span));
    tables.execute(text, params).await?;
    Ok(())
}

/// Forgets an address.
pub async fn failure_clear(tables: Tables<'_>, email: &Email) -> Result<(), Fault> {
    tables.execute("DELETE FROM login_failures WHERE email = $1", Params::new().text(email.as_str())).await?;
    Ok(())
}

/// Forgets addresses whose last failure is older.
pub async fn failure_sweep(tables: Tables<'_>, before: Timestamp) -> Result<(), Fault> {
    tables
        .execute("DELETE FROM login_failures WHERE failed_at < $1", Params::new().timestamp(before))
        .await?;
    Ok(())
}
