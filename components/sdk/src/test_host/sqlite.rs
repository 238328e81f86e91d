//! The feature's store: a real SQLite file with the feature's real migrations. Its outbox lies beside its tables, so that
//! an event is there when and only when its write is.

mod cells;
mod errors;

use std::cell::{Cell, RefCell};
use std::fmt;
use std::path::Path;
use std::rc::Rc;

use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{AssertSqlSafe, Sqlite as Engine, Transaction};

use self::cells::{bind, pack};
use self::errors::{sql_error, word_is_denied};
use crate::feature::{Feature, OWN};
use crate::host::{Answer, Dialect, Event, Sql, SqlError, Statement};
use crate::{Rows, Uuid};

const OUTBOX: &str = "CREATE TABLE p2p_outbox (id INTEGER PRIMARY KEY, topic TEXT NOT NULL, key TEXT NOT NULL, \
    payload BLOB NOT NULL)";
const INBOX: &str = "CREATE TABLE p2p_inbox (event BLOB NOT NULL PRIMARY KEY)";
const DOCUMENTS: &str = "CREATE TABLE p2p_documents (collection TEXT NOT NULL, id TEXT NOT NULL, \
    version INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY (collection, id))";
const KEEP_EVENT: &str = "INSERT INTO p2p_outbox (topic, key, payload) VALUES ($1, $2, $3)";
/// As many as the real host opens by default.
const READERS: u32 = 4;
const STATEMENTS_CACHED: usize = 256;
const PAYLOAD_MAX: usize = 64 * 1024;

/// A feature's tables, documents and outbox in one file. Also the store of the native baseline.
pub struct Sqlite {
    pub(super) feature: &'static str,
    pub(super) collections: Vec<&'static str>,
    readers: SqlitePool,
    writer: SqlitePool,
    handling: Cell<Option<Uuid>>,
    pub(super) failure: RefCell<Option<SqlError>>,
}

/// Why a store could not be opened; the text is for the author of the feature.
#[derive(Debug)]
pub struct OpenError(String);

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for OpenError {}

impl fmt::Debug for Sqlite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sqlite").field("feature", &self.feature).finish_non_exhaustive()
    }
}

impl Sqlite {
    /// Makes the store of a feature in a folder and applies its migrations. The folder holds no other.
    pub async fn open(folder: &Path, feature: &Feature) -> Result<Self, OpenError> {
        let options = SqliteConnectOptions::new()
            .filename(folder.join("store.sqlite"))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .statement_cache_capacity(STATEMENTS_CACHED);
        let unusable = |error: sqlx::Error| OpenError(error.to_string());
        let writer = SqlitePoolOptions::new().max_connections(1);
        let writer = writer.connect_with(options.clone()).await.map_err(unusable)?;
        migrate(&writer, feature).await?;
        let readers = SqlitePoolOptions::new().max_connections(READERS);
        let readers = readers.connect_with(options.pragma("query_only", "ON")).await.map_err(unusable)?;
        let collections = feature.collections.iter().map(|collection| collection.name).collect();
        let (handling, failure) = (Cell::default(), RefCell::default());
        Ok(Self { feature: feature.name, collections, readers, writer, handling, failure })
    }

    /// The events kept since the last time, oldest first; they are gone then.
    pub async fn take_events(&self) -> Result<Vec<Event>, SqlError> {
        let found = sqlx::query_as::<_, (String, String, Vec<u8>)>(
            "DELETE FROM p2p_outbox RETURNING topic, key, payload",
        );
        let found = found.fetch_all(&self.writer).await.map_err(sql_error)?;
        Ok(found.into_iter().map(|(topic, key, payload)| Event { topic, key, payload }).collect())
    }

    /// The event whose handling begins, or none when it ends.
    #[cfg(feature = "events")]
    pub(super) fn begin_handling(&self, event: Option<Uuid>) {
        self.handling.set(event);
    }

    /// Any statement that reads.
    pub(super) async fn read(&self, text: &str, params: &[u8]) -> Result<Rows, SqlError> {
        let found = bind(text, params)?.fetch_all(&self.readers).await.map_err(sql_error)?;
        pack(&found)
    }

    /// Any statement that writes.
    pub(super) async fn write(&self, text: &str, params: &[u8]) -> Result<u64, SqlError> {
        let done = bind(text, params)?.execute(&self.writer).await.map_err(sql_error)?;
        Ok(done.rows_affected())
    }

    /// A transaction that records the event being handled, if one is and was not yet.
    pub(super) async fn begin(&self) -> Result<Transaction<'static, Engine>, SqlError> {
        let mut transaction = self.writer.begin_with("BEGIN IMMEDIATE").await.map_err(sql_error)?;
        if let Some(event) = self.handling.get() {
            let done = sqlx::query("INSERT INTO p2p_inbox (event) VALUES ($1) ON CONFLICT DO NOTHING")
                .bind(event.as_bytes().as_slice())
                .execute(&mut *transaction)
                .await
                .map_err(sql_error)?;
            if done.rows_affected() == 0 {
                return Err(SqlError::Stale(0));
            }
        }
        Ok(transaction)
    }

    /// Commits; later writes of the same handling are not recorded again.
    pub(super) async fn end(&self, transaction: Transaction<'static, Engine>) -> Result<(), SqlError> {
        transaction.commit().await.map_err(sql_error)?;
        self.handling.set(None);
        Ok(())
    }

    /// Puts events into the outbox of a transaction.
    pub(super) async fn keep(
        &self,
        transaction: &mut Transaction<'static, Engine>,
        events: &[Event],
    ) -> Result<(), SqlError> {
        for event in events {
            self.check(event)?;
            let kept = sqlx::query(KEEP_EVENT).bind(&event.topic).bind(&event.key).bind(&event.payload);
            kept.execute(&mut **transaction).await.map_err(sql_error)?;
        }
        Ok(())
    }

    /// The contract's rules for an event.
    pub(super) fn check(&self, event: &Event) -> Result<(), SqlError> {
        let own = event.topic.strip_prefix(self.feature).is_some_and(|rest| rest.starts_with('.'));
        if !own || event.topic.split('.').count() != 3 {
            return Err(SqlError::Denied);
        }
        let object = serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(&event.payload);
        if object.is_err() || event.payload.len() > PAYLOAD_MAX { Err(SqlError::Rejected) } else { Ok(()) }
    }

    async fn run(&self, statements: &[Statement], events: &[Event]) -> Result<Vec<u64>, SqlError> {
        let mut transaction = self.begin().await?;
        let mut changed = Vec::with_capacity(statements.len());
        for (at, statement) in statements.iter().enumerate() {
            let done = bind(&statement.text, &statement.params)?;
            let rows = done.execute(&mut *transaction).await.map_err(sql_error)?.rows_affected();
            if statement.expect.is_some_and(|expected| expected != rows) {
                return Err(SqlError::Stale(u32::try_from(at).unwrap_or(u32::MAX)));
            }
            changed.push(rows);
        }
        self.keep(&mut transaction, events).await?;
        self.end(transaction).await?;
        Ok(changed)
    }

    fn admit<'t>(&self, mut texts: impl Iterator<Item = &'t str>) -> Result<(), SqlError> {
        if let Some(failure) = self.failure.take() {
            return Err(failure);
        }
        if texts.any(word_is_denied) { Err(SqlError::Denied) } else { Ok(()) }
    }
}

impl Sql for Rc<Sqlite> {
    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    fn query<'a>(&'a self, text: &'a str, params: &'a [u8]) -> Answer<'a, Result<Rows, SqlError>> {
        Answer::waiting(async move {
            self.admit(std::iter::once(text))?;
            self.read(text, params).await
        })
    }

    fn commit<'a>(
        &'a self,
        statements: Vec<Statement>,
        events: Vec<Event>,
    ) -> Answer<'a, Result<Vec<u64>, SqlError>> {
        Answer::waiting(async move {
            self.admit(statements.iter().map(|statement| statement.text.as_str()))?;
            self.run(&statements, &events).await
        })
    }
}

async fn migrate(writer: &SqlitePool, feature: &Feature) -> Result<(), OpenError> {
    for text in [OUTBOX, INBOX, DOCUMENTS] {
        sqlx::raw_sql(text).execute(writer).await.map_err(|error| OpenError(error.to_string()))?;
    }
    let own = feature.needs_own_table().then_some(&OWN);
    for step in own.into_iter().chain(&feature.migrations) {
        let applied = sqlx::raw_sql(AssertSqlSafe(step.sqlite)).execute(writer).await;
        applied.map_err(|error| OpenError(format!("migration {}: {error}", step.file)))?;
    }
    Ok(())
}
