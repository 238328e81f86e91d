//! Sessions: the hashes of their refresh tokens and the claims as they were stated.

use p2p_context::Timestamp;
use p2p_identity_core::{RefreshState, StoredHash};
use p2p_storage::SqlError;
use p2p_storage::packed::{Malformed, Params, RowReader};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::revocations::session_ended;
use super::{Fault, Tables, statement};

/// One session.
#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    /// Its public name.
    pub handle: String,
    /// Whose it is.
    pub user: Uuid,
    /// Its refresh tokens.
    pub state: RefreshState,
    /// As stated by the owner of accounts.
    pub claims: Map<String, Value>,
    /// When, milliseconds since 1970.
    pub stated_ms: i64,
}

/// A new one.
pub async fn session_insert(tables: Tables<'_>, session: &Session, now: Timestamp) -> Result<(), Fault> {
    let text = "INSERT INTO sessions
        (handle, user_id, current_hash, previous_hash, rotated_at, expires_at, created_at, claims, claims_at)
        VALUES ($1, $2, $3, NULL, $4, $5, $4, $6, $7)";
    let params = Params::new()
        .text(&session.handle)
        .uuid(session.user)
        .bytes(&session.state.current.0)
        .timestamp(now)
        .timestamp(from_millis(session.state.expires_ms))
        .text(&claims_text(&session.claims))
        .s64(session.stated_ms);
    tables.execute(text, params).await?;
    Ok(())
}

/// The session of this name.
pub async fn session_find(tables: Tables<'_>, handle: &str) -> Result<Option<Session>, Fault> {
    let text = "SELECT user_id, current_hash, previous_hash, rotated_at, expires_at, claims, claims_at
        FROM sessions WHERE handle = $1";
    let rows = tables.query(text, Params::new().text(handle)).await?;
    let mut reader = RowReader::new(&rows)?;
    if !reader.advance() {
        return Ok(None);
    }
    let user = reader.uuid()?;
    let state = RefreshState {
        current: reader.bytes_or_null()?.and_then(StoredHash::from_slice).ok_or(Malformed)?,
        previous: reader.bytes_or_null()?.and_then(StoredHash::from_slice),
        rotated_ms: reader.timestamp()?.as_millis(),
        expires_ms: reader.timestamp()?.as_millis(),
    };
    let claims = serde_json::from_str(reader.text()?).map_err(Fault::because)?;
    Ok(Some(Session { handle: handle.to_owned(), user, state, claims, stated_ms: reader.s64()? }))
}

/// Keeps the outcome of a rotation; false when the session is no longer what it was when it was read.
pub async fn session_rotate(
    tables: Tables<'_>,
    session: &Session,
    next: &RefreshState,
) -> Result<bool, Fault> {
    let text = "UPDATE sessions SET current_hash = $3, previous_hash = $4, rotated_at = $5, expires_at = $6
        WHERE handle = $1 AND current_hash = $2";
    let params = Params::new().text(&session.handle).bytes(&session.state.current.0).bytes(&next.current.0);
    let params = match &next.previous {
        Some(previous) => params.bytes(&previous.0),
        None => params.null(),
    };
    let params = params.timestamp(from_millis(next.rotated_ms)).timestamp(from_millis(next.expires_ms));
    Ok(tables.execute(text, params).await? == 1)
}

/// Ends one.
pub async fn session_end(tables: Tables<'_>, handle: &str, now: Timestamp) -> Result<(), Fault> {
    let remove = statement("DELETE FROM sessions WHERE handle = $1", Params::new().text(handle));
    tables.commit(vec![session_ended(handle, now), remove]).await?;
    Ok(())
}

/// Ends all of a user. A session that opens meanwhile either is among them or survives, never half.
pub async fn session_end_all(tables: Tables<'_>, user: Uuid, now: Timestamp) -> Result<(), SqlError> {
    let revoke = "INSERT INTO revocations (handle, claims_at, revoked_at)
        SELECT handle, CAST(NULL AS BIGINT), $2 FROM sessions WHERE user_id = $1
        ON CONFLICT (handle) DO UPDATE SET claims_at = NULL, revoked_at = excluded.revoked_at";
    let remove = "DELETE FROM sessions WHERE user_id = $1
        AND handle IN (SELECT handle FROM revocations WHERE claims_at IS NULL)";
    let revoke = statement(revoke, Params::new().uuid(user).timestamp(now));
    tables.commit(vec![revoke, statement(remove, Params::new().uuid(user))]).await.map(drop)
}

/// States new claims for all sessions of a user. Each statement is later than the one before it, also within one
/// millisecond, so that tokens with the old claims are told from those with the new ones.
pub async fn session_state_claims(
    tables: Tables<'_>,
    user: Uuid,
    claims: &Map<String, Value>,
    now: Timestamp,
) -> Result<(), SqlError> {
    let state = "UPDATE sessions
        SET claims = $2, claims_at = CASE WHEN claims_at >= $3 THEN claims_at + 1 ELSE $3 END
        WHERE user_id = $1";
    let revoke = "INSERT INTO revocations (handle, claims_at, revoked_at)
        SELECT handle, claims_at, $2 FROM sessions WHERE user_id = $1
        ON CONFLICT (handle) DO UPDATE SET claims_at = excluded.claims_at, revoked_at = excluded.revoked_at";
    let state = statement(state, Params::new().uuid(user).text(&claims_text(claims)).s64(now.as_millis()));
    let revoke = statement(revoke, Params::new().uuid(user).timestamp(now));
    tables.commit(vec![state, revoke]).await.map(drop)
}

/// Removes those that ended by themselves before this.
pub async fn session_sweep(tables: Tables<'_>, before: Timestamp) -> Result<(), Fault> {
    tables.execute("DELETE FROM sessions WHERE expires_at < $1", Params::new().timestamp(before)).await?;
    Ok(())
}

fn claims_text(claims: &Map<String, Value>) -> String {
    serde_json::to_string(claims).unwrap_or_else(|_| "{}".to_owned())
}

fn from_millis(ms: i64) -> Timestamp {
    Timestamp(ms.saturating_mul(1000))
}
