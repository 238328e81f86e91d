//! The tables of `migrations/platform`, one module each. The only place with SQL; one text for every dialect.

pub mod core_users;
pub mod credentials;
pub mod login_failures;
pub mod one_time_tokens;
pub mod revocations;
pub mod sessions;
pub mod signing_keys;
pub mod verified_addresses;

use p2p_context::Deadline;
use p2p_storage::packed::Params;
use p2p_storage::{Rows, SqlError, SqlStore, Statement, StoreCall};

use crate::fault::Fault;

/// The tables of a tenant during one call.
#[derive(Clone, Copy)]
pub struct Tables<'a> {
    sql: &'a dyn SqlStore,
    deadline: Deadline,
}

impl<'a> Tables<'a> {
    /// Until the deadline.
    pub fn new(sql: &'a dyn SqlStore, deadline: Deadline) -> Self {
        Self { sql, deadline }
    }

    /// The rows of a reading statement.
    pub async fn query(&self, text: &str, params: Params) -> Result<Rows, Fault> {
        Ok(self.sql.query(StoreCall::until(self.deadline), text, &params.finish()).await?)
    }

    /// All statements or none; answers the rows that each changed.
    pub async fn commit(&self, statements: Vec<Statement>) -> Result<Vec<u64>, SqlError> {
        self.sql.commit(StoreCall::until(self.deadline), &statements, &[]).await
    }

    /// The same for whoever does not ask how many.
    pub async fn apply(&self, statements: Vec<Statement>) -> Result<(), Fault> {
        self.commit(statements).await?;
        Ok(())
    }

    /// All statements, or none and false when one that must change a row finds it gone.
    pub async fn commit_unless_stale(&self, statements: Vec<Statement>) -> Result<bool, Fault> {
        match self.commit(statements).await {
            Ok(_) => Ok(true),
            Err(SqlError::Stale(_)) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// One statement; answers the rows it changed.
    pub async fn execute(&self, text: &str, params: Params) -> Result<u64, SqlError> {
        let changed = self.commit(vec![statement(text, params)]).await?;
        Ok(changed.first().copied().unwrap_or_default())
    }
}

/// A statement that may change any number of rows.
pub fn statement(text: &str, params: Params) -> Statement {
    Statement { text: text.to_owned(), params: params.finish(), expect: None }
}

/// A statement without whose one row nothing of its commit happens.
pub fn must_change_one(text: &str, params: Params) -> Statement {
    Statement { expect: Some(1), ..statement(text, params) }
}
