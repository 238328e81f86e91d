//! Real stores that take their time: every query waits first, without using the processor, as a store across a network
//! does.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use p2p_context::Scope;
use p2p_storage::{
    Dialect, Event, FeatureStores, Migrations, OpenError, Rows, SqlError, SqlStore, Statement, StoreCall,
    StoreLimits, Stores,
};

/// Stores whose queries wait this long before they are asked.
pub struct SlowStores {
    /// The stores themselves.
    pub stores: Arc<dyn Stores>,
    /// The wait.
    pub wait: Duration,
}

struct SlowSql {
    sql: Arc<dyn SqlStore>,
    wait: Duration,
}

#[async_trait]
impl Stores for SlowStores {
    async fn open(
        &self,
        scope: &Scope,
        migrations: &Migrations,
        limits: StoreLimits,
    ) -> Result<FeatureStores, OpenError> {
        let opened = self.stores.open(scope, migrations, limits).await?;
        let sql = Arc::new(SlowSql { sql: opened.sql, wait: self.wait });
        Ok(FeatureStores { sql, ..opened })
    }

    async fn check(&self) -> Result<(), OpenError> {
        self.stores.check().await
    }
}

#[async_trait]
impl SqlStore for SlowSql {
    fn dialect(&self) -> Dialect {
        self.sql.dialect()
    }

    async fn query(&self, call: StoreCall, text: &str, params: &[u8]) -> Result<Rows, SqlError> {
        tokio::time::sleep(self.wait).await;
        self.sql.query(call, text, params).await
    }

    async fn commit(
        &self,
        call: StoreCall,
        statements: &[Statement],
        events: &[Event],
    ) -> Result<Vec<u64>, SqlError> {
        self.sql.commit(call, statements, events).await
    }
}
