//! JSON documents in the table `p2p_documents` of the scope's file, so that a document, its events and the record of
//! a handled event are kept in one commit.

mod change;
pub mod indexes;
mod path;
mod search;

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::Value;
use sqlx::AssertSqlSafe;

use super::outbox;
use super::sqlite::{Database, Transaction};
use crate::packed::{Malformed, Params, RowReader};
use crate::ports::documents::{Change, Document, DocumentError, DocumentStore, Search};
use crate::ports::events::Event;
use crate::ports::sql::{Rows, SqlError};
use crate::ports::stores::{StoreCall, StoreLimits};

/// Bytes of a body.
const BODY_BYTES: usize = 1 << 20;

/// Bytes of an id.
const ID_BYTES: usize = 256;

const GET: &str = "SELECT id, version, body FROM p2p_documents WHERE collection = $1 AND id = $2";
const INSERT: &str = "INSERT INTO p2p_documents (collection, id, version, body) VALUES ($1, $2, 1, $3)";
const UPDATE: &str = "UPDATE p2p_documents SET version = $3, body = $4 WHERE collection = $1 AND id = $2";
const DELETE: &str = "DELETE FROM p2p_documents WHERE collection = $1 AND id = $2";

/// Documents of one scope.
#[derive(Debug)]
pub struct SqliteDocuments {
    database: Arc<Database>,
    limits: StoreLimits,
}

impl SqliteDocuments {
    /// Over an open database.
    pub fn new(database: Arc<Database>, limits: StoreLimits) -> Self {
        Self { database, limits }
    }

    /// Begins a write, with the record of the event that it handles.
    async fn begin(&self, call: &StoreCall, events: &[Event]) -> Result<Transaction<'_>, DocumentError> {
        outbox::check(events)?;
        let mut transaction = self.database.writer.begin(call.deadline).await?;
        outbox::record_handling(&self.database, &mut transaction, call.handling).await?;
        Ok(transaction)
    }

    async fn finish(
        &self,
        call: &StoreCall,
        mut transaction: Transaction<'_>,
        events: &[Event],
    ) -> Result<(), DocumentError> {
        outbox::append(&self.database, &mut transaction, &call.origin, events).await?;
        Ok(self.database.finish(transaction, events).await?)
    }
}

#[async_trait]
impl DocumentStore for SqliteDocuments {
    async fn get(
        &self,
        call: StoreCall,
        collection: &str,
        id: &str,
    ) -> Result<Option<Document>, DocumentError> {
        check_key(collection, id)?;
        let key = Params::new().text(collection).text(id);
        let rows = self.database.host_rows(call.deadline, GET, key, self.limits).await?;
        Ok(documents(&rows)?.pop())
    }

    async fn find(
        &self,
        call: StoreCall,
        collection: &str,
        search: &Search,
    ) -> Result<Vec<Document>, DocumentError> {
        check_collection(collection)?;
        let search::Compiled { text, params } = search::compile(collection, search)?;
        let rows = self.database.host_rows(call.deadline, AssertSqlSafe(text), params, self.limits).await?;
        documents(&rows)
    }

    async fn insert(
        &self,
        call: StoreCall,
        collection: &str,
        id: &str,
        body: &[u8],
        events: &[Event],
    ) -> Result<(), DocumentError> {
        check_key(collection, id)?;
        let body = check_body(body)?;
        let mut transaction = self.begin(&call, events).await?;
        transaction.host(INSERT, Params::new().text(collection).text(id).text(body)).await?;
        self.finish(&call, transaction, events).await
    }

    async fn update(
        &self,
        call: StoreCall,
        collection: &str,
        id: &str,
        changes: &[Change],
        expected: Option<u64>,
        events: &[Event],
    ) -> Result<u64, DocumentError> {
        check_key(collection, id)?;
        let mut transaction = self.begin(&call, events).await?;
        let current = current(&mut transaction, collection, id, expected).await?;
        let version = current.version + 1;
        let body = changed(&current.body, changes)?;
        let number = i64::try_from(version).unwrap_or(i64::MAX);
        let params = Params::new().text(collection).text(id).s64(number).text(&body);
        transaction.host(UPDATE, params).await?;
        self.finish(&call, transaction, events).await?;
        Ok(version)
    }

    async fn delete(
        &self,
        call: StoreCall,
        collection: &str,
        id: &str,
        expected: Option<u64>,
        events: &[Event],
    ) -> Result<(), DocumentError> {
        check_key(collection, id)?;
        let mut transaction = self.begin(&call, events).await?;
        current(&mut transaction, collection, id, expected).await?;
        transaction.host(DELETE, Params::new().text(collection).text(id)).await?;
        self.finish(&call, transaction, events).await
    }
}

/// The document as the transaction sees it, if it has the expected version.
async fn current(
    transaction: &mut Transaction<'_>,
    collection: &str,
    id: &str,
    expected: Option<u64>,
) -> Result<Document, DocumentError> {
    let rows = transaction.host_rows(GET, Params::new().text(collection).text(id)).await?;
    let document = documents(&rows)?.pop().ok_or(DocumentError::Missing)?;
    match expected {
        Some(version) if version != document.version => Err(DocumentError::Stale),
        _ => Ok(document),
    }
}

fn changed(body: &[u8], changes: &[Change]) -> Result<String, DocumentError> {
    let mut document: Value = serde_json::from_slice(body).map_err(unreadable)?;
    change::apply(&mut document, changes)?;
    let body = serde_json::to_string(&document).map_err(unreadable)?;
    if body.len() > BODY_BYTES { Err(DocumentError::TooLarge) } else { Ok(body) }
}

fn documents(rows: &Rows) -> Result<Vec<Document>, DocumentError> {
    let mut reader = RowReader::new(rows).map_err(unreadable)?;
    let mut documents = Vec::with_capacity(rows.count as usize);
    while reader.advance() {
        documents.push(document(&mut reader).map_err(unreadable)?);
    }
    Ok(documents)
}

fn document(reader: &mut RowReader<'_>) -> Result<Document, Malformed> {
    Ok(Document {
        id: reader.text()?.to_owned(),
        version: u64::try_from(reader.s64()?).map_err(|_| Malformed)?,
        body: reader.text()?.as_bytes().to_vec(),
    })
}

/// What was written by this room cannot be read by it: a damaged file.
fn unreadable(error: impl std::fmt::Display) -> DocumentError {
    DocumentError::Unavailable(format!("a damaged document: {error}"))
}

fn check_collection(name: &str) -> Result<(), DocumentError> {
    let begins = name.bytes().next().is_some_and(|b| b.is_ascii_lowercase());
    let goes_on = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    if begins && goes_on && name.len() <= 48 { Ok(()) } else { Err(DocumentError::Denied) }
}

fn check_key(collection: &str, id: &str) -> Result<(), DocumentError> {
    check_collection(collection)?;
    if id.is_empty() || id.len() > ID_BYTES {
        return Err(DocumentError::Rejected("an id has 1 to 256 bytes".to_owned()));
    }
    Ok(())
}

fn check_body(body: &[u8]) -> Result<&str, DocumentError> {
    if body.len() > BODY_BYTES {
        return Err(DocumentError::TooLarge);
    }
    let value: Value = serde_json::from_slice(body)
        .map_err(|error| DocumentError::Rejected(format!("not JSON: {error}")))?;
    if !value.is_object() {
        return Err(DocumentError::Rejected("a body is a JSON object".to_owned()));
    }
    std::str::from_utf8(body).map_err(|_| DocumentError::Rejected("not UTF-8".to_owned()))
}

impl From<SqlError> for DocumentError {
    fn from(error: SqlError) -> Self {
        match error {
            SqlError::Denied => Self::Denied,
            SqlError::UniqueViolation(_) => Self::Exists,
            SqlError::Stale(_) => Self::Stale,
            SqlError::TooLarge => Self::TooLarge,
            SqlError::Timeout => Self::Timeout,
            SqlError::Busy => Self::Busy,
            SqlError::Unavailable(reason) => Self::Unavailable(reason),
            other => Self::Rejected(other.to_string()),
        }
    }
}
