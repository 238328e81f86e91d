//! JSON documents in the table `p2p_documents` of the scope's file, so that a document, its events and the record of
//! a handled event are kept in one commit.

mod expression;
pub mod indexes;
mod search;

use std::sync::Arc;

use async_trait::async_trait;
use sqlx::AssertSqlSafe;

use super::outbox;
use super::sqlite::{Batch, Database, Transaction};
use crate::documents::rules::{self, check_body, check_collection, check_key};
use crate::packed::{Malformed, Params, RowReader};
use crate::ports::documents::{Change, Document, DocumentError, DocumentStore, Search};
use crate::ports::events::Event;
use crate::ports::sql::{Rows, SqlError};
use crate::ports::stores::{StoreCall, StoreLimits};

const GET: &str = "SELECT id, version, body FROM p2p_documents WHERE collection = $1 AND id = $2";
const INSERT: &str = "INSERT INTO p2p_documents (collection, id, version, body) VALUES (?, ?, 1, ?)";
const UPDATE: &str = "UPDATE p2p_documents SET version = ?, body = ? WHERE collection = ? AND id = ?";
const DELETE: &str = "DELETE FROM p2p_documents WHERE collection = ? AND id = ?";

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
        crate::events::check(events)?;
        Ok(outbox::begin(&self.database, call.deadline, call.handling).await?)
    }

    async fn finish(
        &self,
        call: &StoreCall,
        transaction: Transaction<'_>,
        mut last: Batch,
        events: &[Event],
    ) -> Result<(), DocumentError> {
        outbox::append(&self.database, &mut last, &call.origin, events);
        Ok(self.database.finish(transaction, last, events).await?)
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
        let body = rules::text(&check_body(body)?)?;
        let transaction = self.begin(&call, events).await?;
        let insert = Batch::of(INSERT, Params::new().text(collection).text(id).text(&body));
        self.finish(&call, transaction, insert, events).await
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
        let update = Batch::of(UPDATE, Params::new().s64(number).text(&body).text(collection).text(id));
        self.finish(&call, transaction, update, events).await?;
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
        let delete = Batch::of(DELETE, Params::new().text(collection).text(id));
        self.finish(&call, transaction, delete, events).await
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
    let body = serde_json::from_slice(body).map_err(unreadable)?;
    rules::text(&rules::changed(body, changes)?)
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
