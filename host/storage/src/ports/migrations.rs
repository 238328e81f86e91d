//! Schema changes that a feature brings along. Applied once, in order, each in its own transaction.

use serde::{Deserialize, Serialize};

/// One step, in every dialect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Migration {
    /// 1, 2, 3 … without gaps.
    pub version: u32,
    /// What it does, e.g. `topics`.
    pub name: String,
    /// Statements for SQLite.
    pub sqlite: String,
    /// Statements for PostgreSQL.
    pub postgres: String,
}

/// A document collection and the paths it is searched by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collection {
    /// `[a-z][a-z0-9_]{0,47}`.
    pub name: String,
    /// One list of paths per index.
    #[serde(default)]
    pub indexes: Vec<Vec<String>>,
}

/// All that a store must be brought to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Migrations {
    /// Table changes.
    #[serde(default)]
    pub tables: Vec<Migration>,
    /// Document collections.
    #[serde(default)]
    pub collections: Vec<Collection>,
}
