//! The stores of a test's host: embedded, or with `P2P_TEST_STORES=production` those over real services, which
//! `cargo xtask services up` starts.

use std::path::Path;
use std::sync::Arc;

use p2p_context::Clock;
use p2p_storage::conformance::database::TestDatabase;
use p2p_storage::{EmbeddedConfig, EmbeddedStores, ProductionConfig, ProductionStores, Stores};

/// Signs links, and makes passwords, that live for one test.
const KEY: [u8; 32] = [7; 32];

/// Connections of one host: many tests run side by side, and the server is one.
const CONNECTIONS: u32 = 8;

/// Whether tables are in PostgreSQL, for tests that write literals of a type that SQLite has not.
pub fn is_production() -> bool {
    std::env::var("P2P_TEST_STORES").is_ok_and(|chosen| chosen == "production")
}

/// Stores, and the database that goes with them.
pub struct Chosen {
    /// What the host is built over.
    pub stores: Arc<dyn Stores>,
    /// To be kept for as long as they are used.
    pub database: Option<TestDatabase>,
}

/// As the environment says.
#[expect(clippy::panic, reason = "a test without its stores cannot say anything")]
pub async fn stores(folder: &Path, clock: &Arc<dyn Clock>) -> Chosen {
    match std::env::var("P2P_TEST_STORES").as_deref() {
        Err(_) | Ok("" | "embedded") => embedded(folder, clock),
        Ok("production") => production(folder, clock).await,
        Ok(other) => panic!("P2P_TEST_STORES is `{other}`: say embedded or production"),
    }
}

/// Everything in this folder.
pub fn embedded(folder: &Path, clock: &Arc<dyn Clock>) -> Chosen {
    let config = EmbeddedConfig::new(KEY, Arc::clone(clock));
    Chosen { stores: Arc::new(EmbeddedStores::new(folder.to_path_buf(), config)), database: None }
}

#[expect(clippy::expect_used, reason = "a test without its stores cannot say anything")]
async fn production(folder: &Path, clock: &Arc<dyn Clock>) -> Chosen {
    let database = TestDatabase::create().await.expect("a database");
    let config = ProductionConfig {
        database: database.address().expect("an address"),
        documents: database.documents().await.expect("documents"),
        connections: CONNECTIONS,
        database_key: KEY,
        blob_key: KEY,
        files_prefix: "/files".to_owned(),
        files: folder.to_path_buf(),
        clock: Arc::clone(clock),
    };
    Chosen { stores: Arc::new(ProductionStores::new(config)), database: Some(database) }
}
