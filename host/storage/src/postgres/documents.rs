//! JSON documents in the table `p2p_documents` of the scope's schema, so that a document, its events and the record of a
//! handled event are kept in one commit. Spoken by this room alone; no feature sees the table.

mod expression;
pub mod indexes;
mod search;

use std::sync::Arc;

use async_trait::async_trait;

use super::errors::Fault;
use super::transaction::{Transaction, until};
use super::{Database, outbox};
use crate::documents::rules::{self, check_body, check_collection, check_key};
use crate::events;
use crate::packed::{Malformed, Params, RowReader};
use crate::ports::documents::{Change, Document, DocumentError, DocumentStore, Search};
use crate::ports::events::Event;
use crate::ports::sql::{Rows, SqlError};
use crate::ports::stores::{StoreCall, StoreLimits};

const GET: &str =
    "SELECT id, version, body::text FROM {schema}.p2p_documents WHERE collection = $1 AND id = $2";
const TAKE: &str =
    "SELECT id, version, body::text FROM {schema}.p2p_documents WHERE collection = $1 AND id = $2 FOR UPDATE";
const INSERT: &str =
    "INSERT INTO {schema}.p2p_documents (collection, id, version, body) VALUES ($1, $2, 1, $3)";
const UPDATE: &str =
    "UPDATE {schema}.p2p_documents SET version = $3, body = $4 WHERE collection = $1 AND id = $2";
const DELETE: &str = "DELETE FROM {schema}.p2p_documents WHERE collection = $1 AND id = $2";

/// Documents of one scope.
#[derive(Debug)]
pub struct PgDocuments {
    database: Arc<Database>,
    limits: StoreLimits,
}

/// What a write does to a document.
enum Write<'a> {
    Insert { body: String },
    Update { changes: &'a [Change], expected: Option<u64> },
    Delete { expected: Option<u64> },
}

/// Why a write's work ended: by the store, or by the rules.
enum Refusal {
    Store(Fault),
    Rule(DocumentError),
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Self::Store(fault)
    }
}

impl From<DocumentError> for Refusal {
    fn from(error: DocumentError) -> Self {
        Self::Rule(error)
    }
}

impl PgDocuments {
    /// Over an open database.
    pub fn new(database: Arc<Database>, limits: StoreLimits) -> Self {
        Self { database, limits }
    }

    /// Does a write in a transaction of its own; answers the document's version behind it.
    async fn write(
        &self,
        call: &StoreCall,
        key: (&str, &str),
        write: Write<'_>,
        events: &[Event],
    ) -> Result<u64, DocumentError> {
        events::check(events)?;
        let mut transaction = self.database.begin_host(call.deadline).await?;
        let outcome = until(call.deadline, self.work(&mut transaction, call, key, write, events)).await;
        let _bell = outbox::bell(&self.database, events);
        // A rule that refuses leaves the connection well, and the transaction to be undone.
        let (outcome, refused) = match outcome {
            Some(Err(Refusal::Rule(error))) => (Some(Err(Fault::refused(SqlError::Denied))), Some(error)),
            Some(Err(Refusal::Store(fault))) => (Some(Err(fault)), None),
            Some(Ok(version)) => (Some(Ok(version)), None),
            None => (None, None),
        };
        let ended = transaction.end(outcome).await;
        match refused {
            Some(error) => Err(error),
            None => Ok(ended?),
        }
    }

    async fn work(
        &self,
        transaction: &mut Transaction<'_>,
        call: &StoreCall,
        (collection, id): (&str, &str),
        write: Write<'_>,
        events: &[Event],
    ) -> Result<u64, Refusal> {
        outbox::record_handling(&self.database, transaction, call.handling).await?;
        let key = Params::new().text(collection).text(id);
        let version = match write {
            Write::Insert { body } => {
                transaction.host(INSERT, key.json(body.as_bytes())).await?;
                1
            }
            Write::Update { changes, expected } => {
                let current = take(transaction, key.clone(), expected).await?;
                let body = serde_json::from_slice(&current.body).map_err(unreadable)?;
                let body = rules::text(&rules::changed(body, changes)?)?;
                let version = current.version + 1;
                let number = i64::try_from(version).unwrap_or(i64::MAX);
                transaction.host(UPDATE, key.s64(number).json(body.as_bytes())).await?;
                version
            }
            Write::Delete { expected } => {
                let current = take(transaction, key.clone(), expected).await?;
                transaction.host(DELETE, key).await?;
                current.version
            }
        };
        outbox::append(&self.database, transaction, &call.origin, events).await?;
        Ok(version)
    }
}

#[async_trait]
impl DocumentStore for PgDocuments {
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
        let rows = self.database.host_rows(call.deadline, &text, params, self.limits).await?;
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
        self.write(&call, (collection, id), Write::Insert { body }, events).await.map(drop)
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
        self.write(&call, (collection, id), Write::Update { changes, expected }, events).await
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
        self.write(&call, (collection, id), Write::Delete { expected }, events).await.map(drop)
    }
}

/// The document, kept from others until the transaction ends, if it has the expected version.
async fn take(
    transaction: &mut Transaction<'_>,
    key: Params,
    expected: Option<u64>,
) -> Result<Document, Refusal> {
    let rows = transaction.host_rows(TAKE, key).await?;
    let document = documents(&rows)?.pop().ok_or(DocumentError::Missing)?;
    match expected {
        Some(version) if version != document.version => Err(DocumentError::Stale.into()),
        _ => Ok(document),
    }
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

/// What was written by this room cannot be read by it.
fn unreadable(error: impl std::fmt::Display) -> DocumentError {
    DocumentError::Unavailable(format!("a damaged document: {error}"))
}
