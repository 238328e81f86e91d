//! Stores in a temporary folder.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use p2p_context::{Deadline, FeatureName, Scope, SystemClock, TenantId};
use p2p_storage::packed::RowReader;
use p2p_storage::{
    EmbeddedConfig, EmbeddedStores, Migration, Migrations, Rows, Statement, StoreCall, Synchronous,
};

/// Stores that do not wait for the disk: a test's machine does not lose its power.
pub fn stores(root: &Path) -> EmbeddedStores {
    let config = EmbeddedConfig {
        synchronous: Synchronous::Normal,
        ..EmbeddedConfig::new([7; 32], Arc::new(SystemClock))
    };
    EmbeddedStores::new(root.to_owned(), config)
}

/// The scope of most tests.
pub fn scope() -> Scope {
    Scope { tenant: TenantId::new("acme").unwrap(), feature: FeatureName::new("forums").unwrap() }
}

/// A call with time enough.
pub fn soon() -> StoreCall {
    StoreCall::until(Deadline::after(Duration::from_secs(20)))
}

/// Migrations of these texts.
pub fn migrations(texts: &[&str]) -> Migrations {
    let tables = (1..).zip(texts).map(|(version, text)| Migration {
        version,
        name: format!("step-{version}"),
        sqlite: (*text).to_owned(),
        postgres: String::new(),
    });
    Migrations { tables: tables.collect(), collections: Vec::new() }
}

/// A statement without parameters.
pub fn write(text: &str) -> Statement {
    Statement { text: text.to_owned(), params: Vec::new(), expect: None }
}

/// The only cell of an answer.
pub fn number(rows: &Rows) -> i64 {
    let mut reader = RowReader::new(rows).unwrap();
    assert!(reader.advance());
    reader.s64().unwrap()
}
