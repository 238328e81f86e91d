//! The SQL port over one database file: queries on the readers, batches on the writer.

use std::sync::Arc;

use async_trait::async_trait;
use sqlx::{Column, Executor, Row, SqlSafeStr, Statement as _};

use super::Database;
use super::batch::Batch;
use super::cells;
use super::connection::Connection;
use super::errors::sql_error;
use super::joined;
use super::statement::{GuestStatement, Statements, Verb};
use crate::embedded::outbox;
use crate::events;
use crate::packed::RowsWriter;
use crate::ports::events::Event;
use crate::ports::sql::{Dialect, Rows, SqlError, SqlStore, Statement};
use crate::ports::stores::{StoreCall, StoreLimits};

/// Tables of one scope.
#[derive(Debug)]
pub struct SqliteStore {
    database: Arc<Database>,
    limits: StoreLimits,
    statements: Statements,
}

impl SqliteStore {
    /// Over an open database.
    pub fn new(database: Arc<Database>, limits: StoreLimits) -> Self {
        Self { database, limits, statements: Statements::default() }
    }

    /// What a batch may say.
    fn writing<'a>(&self, one: &'a Statement) -> Result<(Arc<GuestStatement>, &'a [u8]), SqlError> {
        match self.statements.get(&one.text)? {
            statement if statement.verb == Verb::Writes => Ok((statement, &one.params)),
            _ => Err(SqlError::Rejected("a commit holds statements that write".to_owned())),
        }
    }
}

#[async_trait]
impl SqlStore for SqliteStore {
    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    async fn query(&self, call: StoreCall, text: &str, params: &[u8]) -> Result<Rows, SqlError> {
        let statement = self.statements.get(text)?;
        if statement.verb == Verb::Writes {
            return Err(SqlError::Denied);
        }
        let arguments = cells::arguments(params, statement.params)?;
        let mut reader = self.database.feature_readers.lend(call.deadline).await?;
        let connection = reader.connection()?;
        let fetched = cells::fetch(&mut connection.sqlx, statement.query(arguments), self.limits).await?;
        let rows = match fetched {
            Some((rows, last)) => rows.finish(last.columns().iter().map(Column::name)),
            None => no_rows(connection, &statement).await?,
        };
        connection.end_use();
        Ok(rows)
    }

    async fn commit(
        &self,
        call: StoreCall,
        statements: &[Statement],
        events: &[Event],
    ) -> Result<Vec<u64>, SqlError> {
        let batch = joined::join(statements.iter().map(|one| self.writing(one)))?;
        events::check(events)?;
        if batch.is_empty() && events.is_empty() && call.handling.is_none() {
            return Ok(Vec::new());
        }
        let mut transaction = outbox::begin(&self.database, call.deadline, call.handling).await?;
        let mut changed = Vec::with_capacity(statements.len());
        for part in batch {
            transaction.guest(part, |count| note(statements, &mut changed, count)).await?;
        }
        let mut last = Batch::default();
        outbox::append(&self.database, &mut last, &call.origin, events);
        self.database.finish(transaction, last, events).await?;
        Ok(changed)
    }
}

/// Notes how many rows the next statement changed, which may not be as many as it must.
fn note(statements: &[Statement], changed: &mut Vec<u64>, count: u64) -> Result<(), SqlError> {
    let index = changed.len();
    changed.push(count);
    let expected = statements.get(index).and_then(|statement| statement.expect);
    match expected {
        Some(expected) if expected != count => Err(SqlError::Stale(u32::try_from(index).unwrap_or(u32::MAX))),
        _ => Ok(()),
    }
}

/// An empty answer has columns all the same.
async fn no_rows(connection: &mut Connection, statement: &GuestStatement) -> Result<Rows, SqlError> {
    if statement.columns.get().is_none() {
        let prepared = connection.sqlx.prepare(statement.text().into_sql_str()).await.map_err(sql_error)?;
        let names = prepared.columns().iter().map(|column| column.name().to_owned()).collect();
        // Another caller may have been quicker with the same names.
        let _ = statement.columns.set(names);
    }
    let names = statement.columns.get().map(Vec::as_slice).unwrap_or_default();
    let rows = RowsWriter::new(u32::try_from(names.len()).unwrap_or(u32::MAX));
    Ok(rows.finish(names.iter().map(String::as_str)))
}
