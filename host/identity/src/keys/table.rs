//! The table `api_keys`. The only place with SQL about keys; one text for every dialect.

use std::sync::Arc;

use p2p_context::{Deadline, Timestamp};
use p2p_storage::packed::{Malformed, Params, RowReader};
use p2p_storage::{Rows, SqlError, SqlStore, Statement, StoreCall};
use uuid::Uuid;

use super::{ApiKey, KeyError};
use crate::audit::{AuditEntry, entry_insert};

/// Keys of one list.
const MOST: i64 = 1_000;
const COLUMNS: &str = "id, user_id, name, scopes, created_at, expires_at, revoked_at, last_used_at, secret_hash, \
    previous_hash, previous_until";

/// A row.
#[derive(Debug, Clone)]
pub struct KeyRow {
    pub key: ApiKey,
    pub secret_hash: [u8; 32],
    /// The one before, and until when it opens.
    pub previous: Option<([u8; 32], Timestamp)>,
}

/// The keys of one tenant during one call.
pub struct KeyTable {
    pub sql: Arc<dyn SqlStore>,
    pub deadline: Deadline,
}

impl KeyTable {
    pub async fn key_insert(&self, row: &KeyRow, entry: &AuditEntry) -> Result<(), KeyError> {
        let text = "INSERT INTO api_keys (id, user_id, name, scopes, secret_hash, created_at, expires_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7)";
        let key = &row.key;
        let params = Params::new()
            .uuid(key.id)
            .uuid(key.user)
            .text(&key.name)
            .text(&key.scopes.to_string())
            .bytes(&row.secret_hash)
            .timestamp(key.created_at);
        let params = match key.expires_at {
            Some(time) => params.timestamp(time),
            None => params.null(),
        };
        self.change(text, params, entry).await
    }

    pub async fn key_find(&self, id: Uuid) -> Result<Option<KeyRow>, KeyError> {
        let text = format!("SELECT {COLUMNS} FROM api_keys WHERE id = $1");
        Ok(self.select(&text, Params::new().uuid(id)).await?.pop())
    }

    /// The oldest first.
    pub async fn key_list(&self) -> Result<Vec<KeyRow>, KeyError> {
        let text = format!("SELECT {COLUMNS} FROM api_keys ORDER BY created_at, id LIMIT $1");
        self.select(&text, Params::new().s64(MOST)).await
    }

    /// `Unknown` when there is no such key, or it is good no longer.
    pub async fn key_rotate(
        &self,
        id: Uuid,
        secret_hash: &[u8; 32],
        previous_until: Timestamp,
        entry: &AuditEntry,
    ) -> Result<(), KeyError> {
        let text = "UPDATE api_keys SET previous_hash = secret_hash, previous_until = $2, secret_hash = $3
            WHERE id = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $4)";
        let params = Params::new().uuid(id).timestamp(previous_until).bytes(secret_hash).timestamp(entry.at);
        self.change(text, params, entry).await
    }

    /// `Unknown` when there is no such key, or it was revoked before.
    pub async fn key_revoke(&self, id: Uuid, entry: &AuditEntry) -> Result<(), KeyError> {
        let text = "UPDATE api_keys SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL";
        self.change(text, Params::new().uuid(id).timestamp(entry.at), entry).await
    }

    /// Notes that a key was used; never goes back in time.
    pub async fn key_use(&self, id: Uuid, at: Timestamp) -> Result<(), KeyError> {
        let text = "UPDATE api_keys SET last_used_at = $2
            WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < $2)";
        let statement = statement(text, Params::new().uuid(id).timestamp(at), None);
        self.sql.commit(StoreCall::until(self.deadline), &[statement], &[]).await?;
        Ok(())
    }

    /// A change of one row and its entry in the audit log, both or neither.
    async fn change(&self, text: &str, params: Params, entry: &AuditEntry) -> Result<(), KeyError> {
        let statements = [statement(text, params, Some(1)), entry_insert(entry)];
        match self.sql.commit(StoreCall::until(self.deadline), &statements, &[]).await {
            Ok(_) => Ok(()),
            Err(SqlError::Stale(0)) => Err(KeyError::Unknown),
            Err(error) => Err(error.into()),
        }
    }

    async fn select(&self, text: &str, params: Params) -> Result<Vec<KeyRow>, KeyError> {
        let rows = self.sql.query(StoreCall::until(self.deadline), text, &params.finish()).await?;
        Ok(read(&rows)?)
    }
}

fn statement(text: &str, params: Params, expect: Option<u64>) -> Statement {
    Statement { text: text.to_owned(), params: params.finish(), expect }
}

fn read(rows: &Rows) -> Result<Vec<KeyRow>, Malformed> {
    let mut reader = RowReader::new(rows)?;
    let mut found = Vec::with_capacity(rows.count as usize);
    while reader.advance() {
        let key = ApiKey {
            id: reader.uuid()?,
            user: reader.uuid()?,
            name: reader.text()?.to_owned(),
            scopes: reader.text()?.parse().map_err(|_| Malformed)?,
            created_at: reader.timestamp()?,
            expires_at: reader.timestamp_or_null()?,
            revoked_at: reader.timestamp_or_null()?,
            last_used_at: reader.timestamp_or_null()?,
        };
        let secret_hash = hash(reader.bytes_or_null()?)?.ok_or(Malformed)?;
        let previous = hash(reader.bytes_or_null()?)?.zip(reader.timestamp_or_null()?);
        found.push(KeyRow { key, secret_hash, previous });
    }
    Ok(found)
}

fn hash(bytes: Option<&[u8]>) -> Result<Option<[u8; 32]>, Malformed> {
    bytes.map(|bytes| bytes.try_into().map_err(|_| Malformed)).transpose()
}
