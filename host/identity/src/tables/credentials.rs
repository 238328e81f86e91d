//! Addresses and password hashes. A pending credential is one that was never activated.

use p2p_context::Timestamp;
use p2p_identity_core::Email;
use p2p_storage::packed::{Params, RowReader};
use p2p_storage::{SqlError, Statement};
use uuid::Uuid;

use super::{Fault, Tables, must_change_one};
use crate::error::CredentialError;

/// A pending one.
pub async fn credential_insert(
    tables: Tables<'_>,
    user: Uuid,
    email: &Email,
    password_hash: &str,
    now: Timestamp,
) -> Result<(), Fault> {
    let text = "INSERT INTO credentials (user_id, email, password_hash, created_at) VALUES ($1, $2, $3, $4)";
    let params = Params::new().uuid(user).text(email.as_str()).text(password_hash).timestamp(now);
    tables.execute(text, params).await?;
    Ok(())
}

/// The user and password hash of the active credential of an address.
pub async fn credential_find(tables: Tables<'_>, email: &Email) -> Result<Option<(Uuid, String)>, Fault> {
    let text = "SELECT user_id, password_hash FROM credentials WHERE email = $1 AND activated_at IS NOT NULL";
    let rows = tables.query(text, Params::new().text(email.as_str())).await?;
    let mut reader = RowReader::new(&rows)?;
    if !reader.advance() {
        return Ok(None);
    }
    Ok(Some((reader.uuid()?, reader.text()?.to_owned())))
}

/// The address and password hash of the active credential of a user.
pub async fn credential_of(tables: Tables<'_>, user: Uuid) -> Result<Option<(Email, String)>, Fault> {
    let text = "SELECT email, password_hash FROM credentials WHERE user_id = $1 AND activated_at IS NOT NULL";
    let rows = tables.query(text, Params::new().uuid(user)).await?;
    let mut reader = RowReader::new(&rows)?;
    if !reader.advance() {
        return Ok(None);
    }
    let email = Email::parse(reader.text()?).map_err(Fault::because)?;
    Ok(Some((email, reader.text()?.to_owned())))
}

/// The statement that sets a new password of the active credential with this address; there must be one.
pub fn password_set(user: Uuid, email: &str, password_hash: &str) -> Statement {
    let text = "UPDATE credentials SET password_hash = $3
        WHERE user_id = $1 AND email = $2 AND activated_at IS NOT NULL";
    must_change_one(text, Params::new().uuid(user).text(email).text(password_hash))
}

/// Puts a new password in the place of the one that has this hash, with what follows from it; false, and nothing is
/// done, when it is no longer the password.
pub async fn password_replace(
    tables: Tables<'_>,
    user: Uuid,
    (old_hash, new_hash): (&str, &str),
    effects: impl IntoIterator<Item = Statement>,
) -> Result<bool, Fault> {
    let text = "UPDATE credentials SET password_hash = $3
        WHERE user_id = $1 AND password_hash = $2 AND activated_at IS NOT NULL";
    let replace = must_change_one(text, Params::new().uuid(user).text(old_hash).text(new_hash));
    tables.commit_unless_stale(std::iter::once(replace).chain(effects).collect()).await
}

/// Makes a pending one real; the index lets only one of an address become so.
pub async fn credential_activate(
    tables: Tables<'_>,
    user: Uuid,
    now: Timestamp,
) -> Result<(), CredentialError> {
    let text = "UPDATE credentials SET activated_at = $2 WHERE user_id = $1 AND activated_at IS NULL";
    match tables.execute(text, Params::new().uuid(user).timestamp(now)).await {
        Ok(0) => match credential_is_active(tables, user).await? {
            true => Ok(()),
            false => Err(CredentialError::Missing),
        },
        Ok(_) => Ok(()),
        Err(SqlError::UniqueViolation(_)) => Err(CredentialError::EmailTaken),
        Err(error) => Err(Fault::from(error).into()),
    }
}

/// Removes a pending one.
pub async fn credential_discard(tables: Tables<'_>, user: Uuid) -> Result<(), Fault> {
    let text = "DELETE FROM credentials WHERE user_id = $1 AND activated_at IS NULL";
    tables.execute(text, Params::new().uuid(user)).await?;
    Ok(())
}

/// Removes pending ones that were made before this.
pub async fn credential_sweep(tables: Tables<'_>, before: Timestamp) -> Result<(), Fault> {
    let text = "DELETE FROM credentials WHERE activated_at IS NULL AND created_at < $1";
    tables.execute(text, Params::new().timestamp(before)).await?;
    Ok(())
}

async fn credential_is_active(tables: Tables<'_>, user: Uuid) -> Result<bool, Fault> {
    let text = "SELECT 1 FROM credentials WHERE user_id = $1 AND activated_at IS NOT NULL";
    Ok(tables.query(text, Params::new().uuid(user)).await?.count > 0)
}
