//! Documents in the store's own file: read, changed and written back in one transaction. Searches look at every document
//! of a collection, which is fine for a test.

mod values;

use std::rc::Rc;

use serde_json::{Map, Value};
use sqlx::{Sqlite as Engine, Transaction};

use self::values::{apply, is_after, is_path, matches, order_of};
use super::sqlite::Sqlite;
use crate::host::{Answer, Change, Document, DocumentError, Documents, Event, Search, SqlError};
use crate::params;

const BODY_MAX: usize = 1 << 20;
const LIMIT_MAX: u32 = 500;

const GET: &str = "SELECT version, body FROM p2p_documents WHERE collection = $1 AND id = $2";
const ALL: &str = "SELECT id, version, body FROM p2p_documents WHERE collection = $1";
const INSERT: &str = "INSERT INTO p2p_documents (collection, id, version, body) VALUES ($1, $2, 1, $3)";
const UPDATE: &str = "UPDATE p2p_documents SET version = $3, body = $4 WHERE collection = $1 AND id = $2";
const DELETE: &str = "DELETE FROM p2p_documents WHERE collection = $1 AND id = $2";

impl From<SqlError> for DocumentError {
    fn from(error: SqlError) -> Self {
        match error {
            SqlError::Denied => Self::Denied,
            SqlError::UniqueViolation(_) => Self::Exists,
            SqlError::Stale(_) => Self::Stale,
            SqlError::TooLarge => Self::TooLarge,
            SqlError::Timeout => Self::Timeout,
            SqlError::Busy => Self::Busy,
            SqlError::Unavailable => Self::Unavailable,
            SqlError::Rejected | SqlError::ReferenceViolation | SqlError::CheckViolation(_) => Self::Rejected,
        }
    }
}

fn sqlx_error(_: sqlx::Error) -> DocumentError {
    DocumentError::Unavailable
}

fn object(body: &[u8]) -> Result<Value, DocumentError> {
    if body.len() > BODY_MAX {
        return Err(DocumentError::TooLarge);
    }
    let object = serde_json::from_slice::<Map<String, Value>>(body);
    object.map(Value::Object).map_err(|_| DocumentError::Rejected)
}

impl Sqlite {
    /// A collection that the feature did not declare has no index; a test says so at once.
    fn collection(&self, name: &str) -> Result<(), DocumentError> {
        if self.collections.contains(&name) { Ok(()) } else { Err(DocumentError::Denied) }
    }

    async fn document(&self, collection: &str, id: &str) -> Result<Option<Document>, DocumentError> {
        self.collection(collection)?;
        let rows = self.read(GET, &params![collection, id]).await?;
        let found = rows.first::<(u64, Vec<u8>)>().map_err(|_| DocumentError::Unavailable)?;
        Ok(found.map(|(version, body)| Document { id: id.to_owned(), version, body }))
    }

    async fn search(&self, collection: &str, search: Search) -> Result<Vec<Document>, DocumentError> {
        self.collection(collection)?;
        let paths = search
            .filters
            .iter()
            .map(|filter| &filter.path)
            .chain(search.order.iter().map(|order| &order.path));
        if !(1..=LIMIT_MAX).contains(&search.limit) || !paths.into_iter().all(|path| is_path(path)) {
            return Err(DocumentError::Rejected);
        }
        let rows = self.read(ALL, &params![collection]).await?;
        let all = rows.all::<(String, u64, Vec<u8>)>().map_err(|_| DocumentError::Unavailable)?;
        let mut found = Vec::new();
        for (id, version, body) in all {
            let value = object(&body)?;
            if matches(&value, &search.filters)? && is_after(&value, &id, &search)? {
                found.push((value, Document { id, version, body }));
            }
        }
        found.sort_by(|(one, a), (other, b)| order_of(one, &a.id, other, &b.id, &search.order));
        Ok(found.into_iter().take(search.limit as usize).map(|(_, document)| document).collect())
    }

    async fn put(
        &self,
        collection: &str,
        id: &str,
        body: &[u8],
        events: &[Event],
    ) -> Result<(), DocumentError> {
        self.collection(collection)?;
        object(body)?;
        let mut transaction = self.begin().await?;
        if !matches!(standing(&mut transaction, collection, id, None).await, Err(DocumentError::Missing)) {
            return Err(DocumentError::Exists);
        }
        let insert = sqlx::query(INSERT).bind(collection).bind(id).bind(body);
        insert.execute(&mut *transaction).await.map_err(sqlx_error)?;
        self.keep(&mut transaction, events).await?;
        Ok(self.end(transaction).await?)
    }

    async fn change(
        &self,
        (collection, id): (&str, &str),
        changes: &[Change],
        expected: Option<u64>,
        events: &[Event],
    ) -> Result<u64, DocumentError> {
        self.collection(collection)?;
        let mut transaction = self.begin().await?;
        let (version, body) = standing(&mut transaction, collection, id, expected).await?;
        let mut value = object(&body)?;
        for change in changes {
            apply(&mut value, change)?;
        }
        let body = p2p_values::to_vec(&value);
        object(&body)?;
        let version = version + 1;
        let stored = i64::try_from(version).unwrap_or(i64::MAX);
        let update = sqlx::query(UPDATE).bind(collection).bind(id).bind(stored).bind(body);
        update.execute(&mut *transaction).await.map_err(sqlx_error)?;
        self.keep(&mut transaction, events).await?;
        self.end(transaction).await?;
        Ok(version)
    }

    async fn remove(
        &self,
        (collection, id): (&str, &str),
        expected: Option<u64>,
        events: &[Event],
    ) -> Result<(), DocumentError> {
        self.collection(collection)?;
        let mut transaction = self.begin().await?;
        standing(&mut transaction, collection, id, expected).await?;
        let delete = sqlx::query(DELETE).bind(collection).bind(id);
        delete.execute(&mut *transaction).await.map_err(sqlx_error)?;
        self.keep(&mut transaction, events).await?;
        Ok(self.end(transaction).await?)
    }
}

/// The document as it stands within a transaction, at the expected version.
async fn standing(
    transaction: &mut Transaction<'static, Engine>,
    collection: &str,
    id: &str,
    expected: Option<u64>,
) -> Result<(u64, Vec<u8>), DocumentError> {
    let found = sqlx::query_as::<_, (i64, Vec<u8>)>(GET).bind(collection).bind(id);
    let found = found.fetch_optional(&mut **transaction).await.map_err(sqlx_error)?;
    let (version, body) = found.ok_or(DocumentError::Missing)?;
    let version = u64::try_from(version).unwrap_or(0);
    if expected.is_some_and(|expected| expected != version) {
        Err(DocumentError::Stale)
    } else {
        Ok((version, body))
    }
}

impl Documents for Rc<Sqlite> {
    fn get<'a>(
        &'a self,
        collection: &'a str,
        id: &'a str,
    ) -> Answer<'a, Result<Option<Document>, DocumentError>> {
        Answer::waiting(self.document(collection, id))
    }

    fn find<'a>(
        &'a self,
        collection: &'a str,
        search: Search,
    ) -> Answer<'a, Result<Vec<Document>, DocumentError>> {
        Answer::waiting(self.search(collection, search))
    }

    fn insert<'a>(
        &'a self,
        collection: &'a str,
        id: &'a str,
        body: Vec<u8>,
        events: Vec<Event>,
    ) -> Answer<'a, Result<(), DocumentError>> {
        Answer::waiting(async move { self.put(collection, id, &body, &events).await })
    }

    fn update<'a>(
        &'a self,
        collection: &'a str,
        id: &'a str,
        changes: Vec<Change>,
        expected: Option<u64>,
        events: Vec<Event>,
    ) -> Answer<'a, Result<u64, DocumentError>> {
        Answer::waiting(async move { self.change((collection, id), &changes, expected, &events).await })
    }

    fn delete<'a>(
        &'a self,
        collection: &'a str,
        id: &'a str,
        expected: Option<u64>,
        events: Vec<Event>,
    ) -> Answer<'a, Result<(), DocumentError>> {
        Answer::waiting(async move { self.remove((collection, id), expected, &events).await })
    }
}
