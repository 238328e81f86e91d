//! The tables of `migrations/platform`, one module each. The only place with SQL; one text for every dialect.

pub mod credentials;
pub mod login_failures;
pub mod revocations;
pub mod sessions;
pub mod signing_keys;

use p2p_context::Deadline;
use p2p_storage::packed::Params;
use p2p_storage::{Rows, SqlError, SqlStore, Statement, StoreCall};

use super::fault::Fault;

/// The tables of a tenant during one call.
#[derive(Clone, Copy)]
pub struct Tables<'a> {
    sql: &'a dyn SqlStore,
    call: StoreCall,
}

impl<'a> Tables<'a> {
    /// Until the deadline.
    pub fn new(sql: &'a dyn SqlStore, deadline: Deadline) -> Self {
        Self { sql, call: StoreCall::until(deadline) }
    }

    async fn query(&self, text: &str, params: Params) -> Result<Rows, Fault> {
        Ok(self.sql.query(self.call, text, &params.finish()).await?)
    }

    async fn commit(&self, statements: Vec<Statement>) -> Result<Vec<u64>, SqlError> {
        self.sql.commit(self.call, &statements, &[]).await
    }

    /// One statement; answers the rows it changed.
    async fn execute(&self, text: &str, params: Params) -> Result<u64, SqlError> {
        let changed = self.commit(vec![statement(text, params)]).await?;
        Ok(changed.first().copied().unwrap_or_default())
    }
}

fn statement(text: &str, params: Params) -> Statement {
    Statement { text: text.to_owned(), params: params.finish(), expect: None }
}
