//! A store whose every query has the same answer ready: twenty rows of eight columns. What is measured over it is the
//! call, not a database.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use p2p_context::{Scope, SystemClock};
use p2p_storage::packed::{RowsWriter, put};
use p2p_storage::{
    Dialect, EmbeddedConfig, EmbeddedStores, Event, FeatureStores, Migrations, OpenError, Rows, SqlError,
    SqlStore, Statement, StoreCall, StoreLimits, Stores,
};

const ROWS: i64 = 20;
const COLUMNS: [&str; 8] =
    ["id", "title", "slug", "is_pinned", "reply_count", "views", "created_at", "last_activity_at"];
/// Some moment of 2026, microseconds.
const MOMENT: i64 = 1_795_000_000_000_000;

/// Embedded stores whose tables are ready rows.
pub struct ReadyStores {
    embedded: EmbeddedStores,
    tables: Arc<ReadyRows>,
}

/// See the module.
pub struct ReadyRows {
    rows: Rows,
}

impl ReadyStores {
    pub fn new(folder: &Path) -> Self {
        let config = EmbeddedConfig::new([0; 32], Arc::new(SystemClock));
        let embedded = EmbeddedStores::new(folder.to_owned(), config);
        Self { embedded, tables: Arc::new(ReadyRows { rows: rows() }) }
    }
}

/// The rows, as a driver writes them.
pub fn rows() -> Rows {
    let mut rows = RowsWriter::new(8);
    for number in 0..ROWS {
        rows.begin_row();
        let cells = rows.cells();
        put::bytes(cells, p2p_context::new_uuid().as_bytes());
        put::text(cells, &format!("Bearings of an old press run hot, case number {number}"));
        put::text(cells, &format!("bearings-of-an-old-press-run-hot-case-number-{number}"));
        put::s64(cells, i64::from(number == 0));
        put::s64(cells, number * 3);
        put::s64(cells, number * 101);
        put::s64(cells, MOMENT + number * 60_000_000);
        put::s64(cells, MOMENT + number * 90_000_000);
    }
    rows.finish(COLUMNS.into_iter())
}

#[async_trait]
impl SqlStore for ReadyRows {
    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    async fn query(&self, _: StoreCall, _: &str, _: &[u8]) -> Result<Rows, SqlError> {
        Ok(self.rows.clone())
    }

    async fn commit(&self, _: StoreCall, _: &[Statement], _: &[Event]) -> Result<Vec<u64>, SqlError> {
        Err(SqlError::Denied)
    }
}

#[async_trait]
impl Stores for ReadyStores {
    async fn open(
        &self,
        scope: &Scope,
        migrations: &Migrations,
        limits: StoreLimits,
    ) -> Result<FeatureStores, OpenError> {
        let opened = self.embedded.open(scope, migrations, limits).await?;
        Ok(FeatureStores { sql: Arc::clone(&self.tables) as Arc<dyn SqlStore>, ..opened })
    }

    async fn check(&self) -> Result<(), OpenError> {
        self.embedded.check().await
    }
}
