//! Embedded stores that can be made slow: from a moment on every use of tables or documents takes so much longer, as if the
//! store were far away. Uses that overlap wait at the same time, as they would for a service.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use async_trait::async_trait;
use p2p_context::Scope;
use p2p_storage::{
    Change, Dialect, Document, DocumentError, DocumentStore, EmbeddedStores, Event, FeatureStores,
    Migrations, OpenError, Rows, Search, SqlError, SqlStore, Statement, StoreCall, StoreLimits, Stores,
};

/// How far away the stores are, and how often anybody went there.
#[derive(Debug, Default)]
pub struct Way {
    millis: AtomicU64,
    uses: AtomicU64,
}

impl Way {
    /// From now on.
    pub fn takes(&self, time: Duration) {
        self.millis.store(u64::try_from(time.as_millis()).unwrap_or(u64::MAX), Relaxed);
    }

    /// How often it was gone since the last question.
    pub fn uses(&self) -> u64 {
        self.uses.swap(0, Relaxed)
    }

    async fn go(&self) {
        self.uses.fetch_add(1, Relaxed);
        let millis = self.millis.load(Relaxed);
        if millis > 0 {
            tokio::time::sleep(Duration::from_millis(millis)).await;
        }
    }
}

/// See the module.
pub struct SlowStores {
    pub near: EmbeddedStores,
    pub way: Arc<Way>,
}

struct SlowTables {
    near: Arc<dyn SqlStore>,
    way: Arc<Way>,
}

struct SlowDocuments {
    near: Arc<dyn DocumentStore>,
    way: Arc<Way>,
}

#[async_trait]
impl Stores for SlowStores {
    async fn open(
        &self,
        scope: &Scope,
        migrations: &Migrations,
        limits: StoreLimits,
    ) -> Result<FeatureStores, OpenError> {
        let near = self.near.open(scope, migrations, limits).await?;
        let sql = Arc::new(SlowTables { near: Arc::clone(&near.sql), way: Arc::clone(&self.way) });
        let documents =
            Arc::new(SlowDocuments { near: Arc::clone(&near.documents), way: Arc::clone(&self.way) });
        Ok(FeatureStores { sql, documents, ..near })
    }

    async fn check(&self) -> Result<(), OpenError> {
        self.near.check().await
    }
}

#[async_trait]
impl SqlStore for SlowTables {
    fn dialect(&self) -> Dialect {
        self.near.dialect()
    }

    async fn query(&self, call: StoreCall, text: &str, params: &[u8]) -> Result<Rows, SqlError> {
        self.way.go().await;
        self.near.query(call, text, params).await
    }

    async fn commit(
        &self,
        call: StoreCall,
        statements: &[Statement],
        events: &[Event],
    ) -> Result<Vec<u64>, SqlError> {
        self.way.go().await;
        self.near.commit(call, statements, events).await
    }
}

#[async_trait]
impl DocumentStore for SlowDocuments {
    async fn get(
        &self,
        call: StoreCall,
        collection: &str,
        id: &str,
    ) -> Result<Option<Document>, DocumentError> {
        self.way.go().await;
        self.near.get(call, collection, id).await
    }

    async fn find(
        &self,
        call: StoreCall,
        collection: &str,
        search: &Search,
    ) -> Result<Vec<Document>, DocumentError> {
        self.way.go().await;
        self.near.find(call, collection, search).await
    }

    async fn insert(
        &self,
        call: StoreCall,
        collection: &str,
        id: &str,
        body: &[u8],
        events: &[Event],
    ) -> Result<(), DocumentError> {
        self.way.go().await;
        self.near.insert(call, collection, id, body, events).await
    }

    async fn update(
        &self,
        call: StoreCall,
        collection: &str,
        id: &str,
        changes: &[Change],
        expected: Option<u64>,
        events: &[Event],
    ) -> Result<u64, DocumentError> {
        self.way.go().await;
        self.near.update(call, collection, id, changes, expected, events).await
    }

    async fn delete(
        &self,
        call: StoreCall,
        collection: &str,
        id: &str,
        expected: Option<u64>,
        events: &[Event],
    ) -> Result<(), DocumentError> {
        self.way.go().await;
        self.near.delete(call, collection, id, expected, events).await
    }
}
