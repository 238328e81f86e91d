//! Stores over a database of their own.

use std::sync::Arc;
use std::time::Duration;

use p2p_context::{Clock, Deadline, FeatureName, Scope, SystemClock, TenantId};
use p2p_storage::conformance::database::TestDatabase;
use p2p_storage::packed::RowReader;
use p2p_storage::{
    DatabaseAddress, Documents, Migration, Migrations, ProductionConfig, ProductionStores, Rows, Statement,
    StoreCall,
};
use tempfile::TempDir;

/// Stores, and what they stand on.
pub struct World {
    pub stores: Arc<ProductionStores>,
    pub database: TestDatabase,
    pub files: TempDir,
}

/// Stores over a fresh database.
pub async fn world() -> World {
    let database = TestDatabase::create().await.unwrap();
    let files = tempfile::tempdir().unwrap();
    let stores = Arc::new(ProductionStores::new(config(&database.url, &files)));
    World { stores, database, files }
}

/// How most tests configure them.
pub fn config(url: &str, files: &TempDir) -> ProductionConfig {
    config_at(url, files, Arc::new(SystemClock))
}

pub fn config_at(url: &str, files: &TempDir, clock: Arc<dyn Clock>) -> ProductionConfig {
    ProductionConfig {
        database: DatabaseAddress::parse(url).unwrap(),
        documents: Documents::Jsonb,
        connections: 16,
        database_key: [7; 32],
        blob_key: [8; 32],
        files_prefix: "/files".to_owned(),
        files: files.path().to_owned(),
        clock,
    }
}

/// The scope of most tests.
pub fn scope() -> Scope {
    scope_of("forums")
}

pub fn scope_of(feature: &str) -> Scope {
    Scope { tenant: TenantId::new("acme").unwrap(), feature: FeatureName::new(feature).unwrap() }
}

/// A call with time enough.
pub fn soon() -> StoreCall {
    within(20_000)
}

pub fn within(millis: u64) -> StoreCall {
    StoreCall::until(Deadline::after(Duration::from_millis(millis)))
}

/// Migrations of these texts.
pub fn migrations(texts: &[&str]) -> Migrations {
    let tables = (1..).zip(texts).map(|(version, text)| Migration {
        version,
        name: format!("step-{version}"),
        sqlite: String::new(),
        postgres: (*text).to_owned(),
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
