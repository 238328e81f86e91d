//! A connection while one caller has it. Left without a word, it is ended: something may still run on it.

use std::sync::Arc;

use sqlx::postgres::{PgArguments, PgConnection, PgRow};
use sqlx::{AssertSqlSafe, Either, Executor as _, SqlSafeStr as _};

use futures::StreamExt as _;

use super::connection::Connection;
use super::errors::{After, Fault};
use super::kinds::Kind;
use super::pools::Pools;
use super::rows;
use super::shape::Shape;
use crate::packed::RowsWriter;
use crate::ports::sql::{Rows, SqlError};
use crate::ports::stores::StoreLimits;

/// See the module.
#[derive(Debug)]
pub struct Lease {
    pools: Arc<Pools>,
    connection: Option<Connection>,
    /// It was used before, and may have died since.
    reused: bool,
}

impl Lease {
    /// Of a connection that was lent.
    pub fn of(pools: &Arc<Pools>, connection: Connection, reused: bool) -> Self {
        Self { pools: Arc::clone(pools), connection: Some(connection), reused }
    }

    /// The connection.
    pub fn sqlx(&mut self) -> Result<&mut PgConnection, SqlError> {
        let connection = self.connection.as_mut();
        connection
            .map(|connection| &mut connection.sqlx)
            .ok_or_else(|| SqlError::Unavailable("the connection is gone".to_owned()))
    }

    /// Gives it back: nothing runs on it, and no transaction is open.
    pub fn settle(mut self) {
        if let Some(connection) = self.connection.take() {
            self.pools.take_back(connection);
        }
    }

    /// Gives it back or ends it, by how a failure left it. Answers whether the same could go well on another: this one
    /// was opened earlier, and may have died or aged unnoticed.
    pub fn settle_after(mut self, after: After) -> bool {
        if after.can_serve() {
            self.settle();
            return false;
        }
        if after == After::Broken {
            drop(self.connection.take());
            self.pools.forget_idle();
        }
        match after {
            After::Broken => self.reused,
            After::Outdated => true,
            After::Well | After::Crossed | After::Unsettled => false,
        }
    }

    /// What the server says of a statement.
    pub async fn prepare(&mut self, sql: &Arc<str>) -> Result<sqlx::postgres::PgStatement, Fault> {
        let text = AssertSqlSafe(Arc::clone(sql)).into_sql_str();
        Ok(self.sqlx().map_err(Fault::refused)?.prepare(text).await?)
    }

    /// Runs a statement and packs its rows as they come.
    pub async fn fetch(
        &mut self,
        shape: &Shape,
        arguments: PgArguments,
        lasting: bool,
        limits: StoreLimits,
    ) -> Result<Rows, Fault> {
        let columns = shape.kinds.len();
        let mut packed = RowsWriter::new(u32::try_from(columns).unwrap_or(u32::MAX));
        let mut answers = self.sqlx().map_err(Fault::refused)?.fetch_many(query(shape, arguments, lasting));
        while let Some(answer) = answers.next().await {
            let Either::Right(row) = answer? else { continue };
            write(&mut packed, &row, &shape.kinds)?;
            if packed.count() > limits.rows || packed.len() > limits.bytes {
                return Err(Fault::abandoned(SqlError::TooLarge));
            }
        }
        drop(answers);
        Ok(packed.finish(shape.names.iter().map(String::as_str)))
    }

    /// Runs a statement; answers the rows it changed.
    pub async fn execute(
        &mut self,
        shape: &Shape,
        arguments: PgArguments,
        lasting: bool,
    ) -> Result<u64, Fault> {
        let done = self.sqlx().map_err(Fault::refused)?.execute(query(shape, arguments, lasting)).await?;
        Ok(done.rows_affected())
    }

    /// Runs this room's own text, which may be several statements, in one round trip.
    pub async fn run(&mut self, text: String) -> Result<(), Fault> {
        let text = sqlx::raw_sql(AssertSqlSafe(text));
        self.sqlx().map_err(Fault::refused)?.execute(text).await?;
        Ok(())
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            self.pools.end(connection);
        }
    }
}

fn query(
    shape: &Shape,
    arguments: PgArguments,
    lasting: bool,
) -> sqlx::query::Query<'static, sqlx::Postgres, PgArguments> {
    sqlx::query_with(AssertSqlSafe(Arc::clone(&shape.sql)), arguments).persistent(lasting)
}

/// A row of another width belongs to tables that have changed since.
fn write(packed: &mut RowsWriter, row: &PgRow, kinds: &[Kind]) -> Result<(), Fault> {
    if sqlx::Row::len(row) != kinds.len() {
        return Err(Fault { error: SqlError::Busy, connection: After::Outdated });
    }
    rows::write(packed, row, kinds).map_err(Fault::abandoned)
}
