//! Addresses that somebody has proved to read mail at.

use p2p_context::Timestamp;
use p2p_storage::Statement;
use p2p_storage::packed::{Params, RowReader};
use uuid::Uuid;

use super::{Fault, Tables, statement};

/// The statement that marks an address of a user as verified. Again is fine.
pub fn address_verified(user: Uuid, email: &str, now: Timestamp) -> Statement {
    let text = "INSERT INTO verified_addresses (user_id, email, verified_at) VALUES ($1, $2, $3)
        ON CONFLICT (user_id, email) DO NOTHING";
    statement(text, Params::new().uuid(user).text(email).timestamp(now))
}

/// The present address of a user with an active credential, and whether it is verified.
pub async fn address_find(tables: Tables<'_>, user: Uuid) -> Result<Option<(String, bool)>, Fault> {
    let text = "SELECT c.email, v.verified_at FROM credentials c
        LEFT JOIN verified_addresses v ON v.user_id = c.user_id AND v.email = c.email
        WHERE c.user_id = $1 AND c.activated_at IS NOT NULL";
    let rows = tables.query(text, Params::new().uuid(user)).await?;
    let mut reader = RowReader::new(&rows)?;
    if !reader.advance() {
        return Ok(None);
    }
    Ok(Some((reader.text()?.to_owned(), reader.timestamp_or_null()?.is_some())))
}
