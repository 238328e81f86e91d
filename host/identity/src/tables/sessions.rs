//! Sessions: the hashes of their refresh tokens and the claims as they were stated.

use p2p_context::Timestamp;
use p2p_identity_core::{RefreshState, StoredHash};
use p2p_storage::packed::{Malformed, Params, RowReader};
use p2p_storage::{SqlError, Statement};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::revocations::session_ended;
use super::{Fault, Tables, must_change_one, statement};
use crate::audit::{AuditEntry, entry_insert, entry_insert_if};
use crate::identity::OpenSession;

/// As many as are listed.
const LIST: i64 = 100;

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
pub async fn session_insert(
    tables: Tables<'_>,
    session: &Session,
    user_agent: &str,
    now: Timestamp,
) -> Result<(), Fault> {
    let text = "INSERT INTO sessions
        (handle, user_id, current_hash, previous_hash, rotated_at, expires_at, created_at, claims, claims_at,
        user_agent) VALUES ($1, $2, $3, NULL, $4, $5, $4, $6, $7, $8)";
    let params = Params::new()
        .text(&session.handle)
        .uuid(session.user)
        .bytes(&session.state.current.0)
        .timestamp(now)
        .timestamp(from_millis(session.state.expires_ms))
        .text(&claims_text(&session.claims))
        .s64(session.stated_ms)
        .text(user_agent);
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

/// Ends one, with what there is to say of it.
pub async fn session_end(
    tables: Tables<'_>,
    handle: &str,
    now: Timestamp,
    audit: Option<&AuditEntry>,
) -> Result<(), Fault> {
    let remove = statement("DELETE FROM sessions WHERE handle = $1", Params::new().text(handle));
    let statements = [session_ended(handle, now), remove].into_iter().chain(audit.map(entry_insert));
    tables.commit(statements.collect()).await?;
    Ok(())
}

/// Ends one of a user's; false, and nothing is done, when they have no such session.
pub async fn session_end_of(
    tables: Tables<'_>,
    user: Uuid,
    handle: &str,
    now: Timestamp,
    audit: &AuditEntry,
) -> Result<bool, Fault> {
    let text = "DELETE FROM sessions WHERE handle = $1 AND user_id = $2";
    let remove = must_change_one(text, Params::new().text(handle).uuid(user));
    tables.commit_unless_stale(vec![session_ended(handle, now), remove, entry_insert(audit)]).await
}

/// Ends all of a user but the one to keep.
pub async fn session_end_all(
    tables: Tables<'_>,
    user: Uuid,
    keep: Option<&str>,
    now: Timestamp,
    audit: &AuditEntry,
) -> Result<(), SqlError> {
    tables.commit(sessions_ended(user, keep, now, audit).into()).await.map(drop)
}

/// The statements that do so. A session that opens meanwhile either is among them or survives, never half. Where none is
/// open, nothing is entered: whoever tells it twice has ended them once.
pub fn sessions_ended(user: Uuid, keep: Option<&str>, now: Timestamp, audit: &AuditEntry) -> [Statement; 3] {
    let revoke = "INSERT INTO revocations (handle, claims_at, revoked_at)
        SELECT handle, CAST(NULL AS BIGINT), $3 FROM sessions WHERE user_id = $1 AND handle <> $2
        ON CONFLICT (handle) DO UPDATE SET claims_at = NULL, revoked_at = excluded.revoked_at";
    let remove = "DELETE FROM sessions WHERE user_id = $1 AND handle <> $2
        AND handle IN (SELECT handle FROM revocations WHERE claims_at IS NULL)";
    // No session is called by no name.
    let whose = Params::new().uuid(user).text(keep.unwrap_or_default());
    let revoke = statement(revoke, whose.clone().timestamp(now));
    let note = entry_insert_if(audit, "sessions WHERE user_id = $9 AND handle <> $10 LIMIT 1", |params| {
        params.uuid(user).text(keep.unwrap_or_default())
    });
    [note, revoke, statement(remove, whose)]
}

/// States new claims for all sessions of a user. Each statement is later than the one before it, also within one
/// millisecond, so that tokens with the old claims are told from those with the new ones.
pub async fn session_state_claims(
    tables: Tables<'_>,
    user: Uuid,
    claims: &Map<String, Value>,
    now: Timestamp,
) -> Result<(), SqlError> {
    let whose = Params::new().uuid(user);
    let [state, revoke] = claims_stated("user_id", whose, claims, now);
    tables.commit(vec![state, revoke]).await.map(drop)
}

/// The same for one session alone; false, and nothing is done, when it has ended.
pub async fn session_restate(
    tables: Tables<'_>,
    handle: &str,
    claims: &Map<String, Value>,
    now: Timestamp,
) -> Result<bool, Fault> {
    let which = Params::new().text(handle);
    let [state, revoke] = claims_stated("handle", which, claims, now);
    tables.commit_unless_stale(vec![Statement { expect: Some(1), ..state }, revoke]).await
}

/// The open ones of a user, newest first.
pub async fn session_list(
    tables: Tables<'_>,
    user: Uuid,
    now: Timestamp,
    current: Option<&str>,
) -> Result<Vec<OpenSession>, Fault> {
    let text = "SELECT handle, created_at, rotated_at, expires_at, user_agent FROM sessions
        WHERE user_id = $1 AND expires_at > $2 ORDER BY created_at DESC, handle DESC LIMIT $3";
    let params = Params::new().uuid(user).timestamp(now).s64(LIST);
    let rows = tables.query(text, params).await?;
    let mut reader = RowReader::new(&rows)?;
    let mut sessions = Vec::new();
    while reader.advance() {
        let handle = reader.text()?.to_owned();
        sessions.push(OpenSession {
            is_current: current == Some(handle.as_str()),
            handle,
            created_at: reader.timestamp()?,
            refreshed_at: reader.timestamp()?,
            expires_at: reader.timestamp()?,
            user_agent: reader.text()?.to_owned(),
        });
    }
    Ok(sessions)
}

/// Removes those that ended by themselves before this.
pub async fn session_sweep(tables: Tables<'_>, before: Timestamp) -> Result<(), Fault> {
    tables.execute("DELETE FROM sessions WHERE expires_at < $1", Params::new().timestamp(before)).await?;
    Ok(())
}

/// The statements that replace the claims of sessions and tell every replica from when on. `column` is what sessions are
/// chosen by, `key` its value.
fn claims_stated(column: &str, key: Params, claims: &Map<String, Value>, now: Timestamp) -> [Statement; 2] {
    let state = format!(
        "UPDATE sessions
        SET claims = $2, claims_at = CASE WHEN claims_at >= $3 THEN claims_at + 1 ELSE $3 END
        WHERE {column} = $1"
    );
    let revoke = format!(
        "INSERT INTO revocations (handle, claims_at, revoked_at)
        SELECT handle, claims_at, $2 FROM sessions WHERE {column} = $1
        ON CONFLICT (handle) DO UPDATE SET claims_at = excluded.claims_at, revoked_at = excluded.revoked_at"
    );
    let stated = key.clone().text(&claims_text(claims)).s64(now.as_millis());
    [statement(&state, stated), statement(&revoke, key.timestamp(now))]
}

fn claims_text(claims: &Map<String, Value>) -> String {
    serde_json::to_string(claims).unwrap_or_else(|_| "{}".to_owned())
}

fn from_millis(ms: i64) -> Timestamp {
    Timestamp(ms.saturating_mul(1000))
}
