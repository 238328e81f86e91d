//! Statements of this room that go to a connection together. SQLite works on a thread of its own, and the way there and
//! back costs more than most statements do.

use sqlx::AssertSqlSafe;
use sqlx::query::Query;
use sqlx::sqlite::{Sqlite, SqliteArguments};

use super::cells;
use crate::packed::Params;
use crate::ports::sql::SqlError;

/// Statements in their order, with the parameters of all of them: each takes its own as `?`, from left to right.
#[derive(Debug, Default)]
pub struct Batch {
    statements: Vec<&'static str>,
    params: Params,
}

impl Batch {
    /// A batch of one.
    pub fn of(statement: &'static str, params: Params) -> Self {
        Self { statements: vec![statement], params }
    }

    /// Adds a statement; its parameters go behind those of the others.
    pub fn add(&mut self, statement: &'static str, params: impl FnOnce(Params) -> Params) {
        self.statements.push(statement);
        self.params = params(std::mem::take(&mut self.params));
    }

    /// Adds a statement without parameters before all others.
    #[must_use]
    pub fn after(mut self, statement: &'static str) -> Self {
        self.statements.insert(0, statement);
        self
    }

    /// For the connection, which remembers it by its text.
    pub fn query(&self) -> Result<Query<'static, Sqlite, SqliteArguments>, SqlError> {
        let bound = cells::host_arguments(self.params.clone())?;
        Ok(sqlx::query_with(AssertSqlSafe(self.statements.join("; ")), bound))
    }
}
