//! Statements of a feature's batch, joined so that they go to a connection together (see `batch`). Each is still one
//! statement that was looked at by itself, and is judged by itself when SQLite prepares it.

use std::sync::Arc;

use sqlx::AssertSqlSafe;
use sqlx::query::Query;
use sqlx::sqlite::{Sqlite, SqliteArguments};

use super::cells;
use super::statement::GuestStatement;
use crate::ports::sql::SqlError;

/// Bounds of what is joined. SQLite takes 256 KiB of text and 32 766 parameters.
const STATEMENTS: usize = 16;
const BYTES: usize = 32 << 10;
const PARAMS: usize = 8_000;

/// Some statements with their parameters.
#[derive(Default)]
pub struct Joined {
    text: String,
    arguments: SqliteArguments,
    params: usize,
    statements: usize,
    /// One that no connection keeps prepared is among them.
    passing: bool,
}

impl Joined {
    /// Ready to be run.
    pub fn query(self) -> Query<'static, Sqlite, SqliteArguments> {
        sqlx::query_with(AssertSqlSafe(self.text), self.arguments).persistent(!self.passing)
    }

    fn has_room(&self, statement: &GuestStatement) -> bool {
        self.statements < STATEMENTS
            && self.text.len() + statement.bytes() <= BYTES
            && self.params + statement.params <= PARAMS
    }

    fn add(&mut self, statement: &GuestStatement, params: &[u8]) -> Result<(), SqlError> {
        cells::add_arguments(&mut self.arguments, params, statement.params)?;
        statement.join(&mut self.text, self.params);
        self.params += statement.params;
        self.statements += 1;
        self.passing |= !statement.lasting;
        Ok(())
    }
}

/// Joins statements with their packed parameters; those that are too much for one text go into several, in their order.
pub fn join<'a>(
    batch: impl Iterator<Item = Result<(Arc<GuestStatement>, &'a [u8]), SqlError>>,
) -> Result<Vec<Joined>, SqlError> {
    let mut all: Vec<Joined> = Vec::new();
    for one in batch {
        let (statement, params) = one?;
        match all.last_mut().filter(|last| last.has_room(&statement)) {
            Some(last) => last.add(&statement, params)?,
            None => {
                let mut first = Joined::default();
                first.add(&statement, params)?;
                all.push(first);
            }
        }
    }
    Ok(all)
}
