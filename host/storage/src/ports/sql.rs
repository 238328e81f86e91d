//! Tables of one feature in one tenant.

use async_trait::async_trait;

use super::events::Event;
use super::stores::StoreCall;

/// Which SQL a store speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// SQLite 3.
    Sqlite,
    /// PostgreSQL.
    Postgres,
}

/// One statement of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// SQL with `$1…$n`.
    pub text: String,
    /// Packed parameters.
    pub params: Vec<u8>,
    /// Rows it must change, if it matters.
    pub expect: Option<u64>,
}

/// Packed answer of a query; see `packed`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rows {
    /// Cells per row.
    pub columns: u32,
    /// Rows.
    pub count: u32,
    /// Version byte, names offset, cells, names.
    pub data: Vec<u8>,
}

/// A relational store.
#[async_trait]
pub trait SqlStore: Send + Sync + 'static {
    /// Which SQL it speaks.
    fn dialect(&self) -> Dialect;

    /// Reads; a statement that would write is denied.
    async fn query(&self, call: StoreCall, text: &str, params: &[u8]) -> Result<Rows, SqlError>;

    /// All statements and events, or nothing. Answers the rows changed by each statement.
    async fn commit(
        &self,
        call: StoreCall,
        statements: &[Statement],
        events: &[Event],
    ) -> Result<Vec<u64>, SqlError>;
}

/// What went wrong, in the words of the contract.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SqlError {
    /// Not a statement a feature may run.
    #[error("the statement is not allowed")]
    Denied,
    /// Does not parse, or its parameters do not fit.
    #[error("the statement was rejected: {0}")]
    Rejected(String),
    /// A unique constraint refused it.
    #[error("unique constraint {0}")]
    UniqueViolation(String),
    /// A foreign key refused it.
    #[error("foreign key violation")]
    ReferenceViolation,
    /// A CHECK or NOT NULL refused it.
    #[error("check constraint {0}")]
    CheckViolation(String),
    /// The statement at this index changed another number of rows than expected. `u32::MAX` stands for the event
    /// being handled, which an earlier write of this store has recorded as done.
    #[error("statement {0} is stale")]
    Stale(u32),
    /// The answer passes the limits.
    #[error("the answer is too large")]
    TooLarge,
    /// Ended at the deadline.
    #[error("the statement ran past its deadline")]
    Timeout,
    /// Contention.
    #[error("the store is busy")]
    Busy,
    /// Unreachable, or unable to write.
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
}
