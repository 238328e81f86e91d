//! `sql`: the feature's own relational store.

use std::fmt;

use super::{Answer, Event};
use crate::Rows;

/// Which SQL the store speaks, for the few statements that exist in two versions.
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
    /// How many rows it must change. Any other number aborts the batch with `Stale`.
    pub expect: Option<u64>,
}

/// Why the store refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SqlError {
    /// Not a statement a feature may run, or an event of another feature.
    Denied,
    /// Does not parse, or its parameters do not fit it.
    Rejected,
    /// A unique constraint refused the write: its name, or `table.column, …` on SQLite.
    UniqueViolation(String),
    /// A foreign key refused the write.
    ReferenceViolation,
    /// A CHECK or NOT NULL refused the write: the constraint's name or `table.column`.
    CheckViolation(String),
    /// The statement at this index changed another number of rows than expected; nothing was kept.
    Stale(u32),
    /// The answer is larger than allowed.
    TooLarge,
    /// Ended at the call's deadline.
    Timeout,
    /// Safe to try again.
    Busy,
    /// The store cannot be reached, or cannot write. Nothing was kept.
    Unavailable,
}

impl SqlError {
    /// Whether a unique rule with one of these names refused the write. SQLite names columns
    /// (`users.email`), PostgreSQL the constraint (`users_email_key`): give both.
    pub fn violates(&self, names: &[&str]) -> bool {
        matches!(self, Self::UniqueViolation(found) if names.contains(&found.as_str()))
    }
}

impl fmt::Display for SqlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Denied => f.write_str("the statement is not allowed"),
            Self::Rejected => f.write_str("the statement was rejected"),
            Self::UniqueViolation(name) => write!(f, "unique constraint {name}"),
            Self::ReferenceViolation => f.write_str("foreign key violation"),
            Self::CheckViolation(name) => write!(f, "check constraint {name}"),
            Self::Stale(index) => write!(f, "statement {index} is stale"),
            Self::TooLarge => f.write_str("the answer is too large"),
            Self::Timeout => f.write_str("the statement ran past its deadline"),
            Self::Busy => f.write_str("the store is busy"),
            Self::Unavailable => f.write_str("the store is unavailable"),
        }
    }
}

impl std::error::Error for SqlError {}

/// The feature's own relational store.
pub trait Sql {
    /// Which SQL it speaks.
    fn dialect(&self) -> Dialect;

    /// Reads. A statement that would write is denied. `params` come from [`params!`](crate::params).
    fn query<'a>(&'a self, text: &'a str, params: &'a [u8]) -> Answer<'a, Result<Rows, SqlError>>;

    /// All statements and their events in one transaction; answers the rows changed by each. Features use
    /// [`Batch`](crate::Batch).
    fn commit<'a>(
        &'a self,
        statements: Vec<Statement>,
        events: Vec<Event>,
    ) -> Answer<'a, Result<Vec<u64>, SqlError>>;
}
