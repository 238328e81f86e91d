//! Real stores, and a record of the SQL that they were asked to run: which feature asked with which text. Values are not
//! kept, and nothing is judged here.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use p2p_context::{Scope, TenantId};
use p2p_storage::{
    Cache, Dialect, Event, FeatureStores, Leadership, Migrations, OpenError, Rows, SqlError, SqlStore,
    Statement, StoreCall, StoreLimits, Stores,
};

/// Every statement once, and what was going on when it was seen first.
#[derive(Default)]
pub struct Record {
    seen: Mutex<BTreeMap<(Scope, String), String>>,
    occasion: Mutex<String>,
    caches: Mutex<BTreeMap<Scope, Arc<dyn Cache>>>,
}

impl Record {
    /// Says what goes on from now on, for people.
    pub fn during(&self, occasion: &str) {
        occasion.clone_into(&mut self.occasion.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// The statements of a scope, each with its occasion.
    pub fn of(&self, scope: &Scope) -> Vec<(String, String)> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let own = seen.iter().filter(|((of, _), _)| of == scope);
        own.map(|((_, text), occasion)| (text.clone(), occasion.clone())).collect()
    }

    /// Takes something out of a feature's cache, so that what it does now and then is done again.
    #[expect(clippy::expect_used, reason = "a test's own cache is in memory")]
    pub async fn forget(&self, scope: &Scope, key: &str) {
        let cache = self.caches.lock().unwrap_or_else(PoisonError::into_inner).get(scope).cloned();
        cache.expect("an opened scope").delete(key).await.expect("a cache");
    }

    fn note(&self, scope: &Scope, text: &str) {
        let occasion = self.occasion.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.entry((scope.clone(), text.to_owned())).or_insert(occasion);
    }
}

/// See the module.
pub struct RecordedStores {
    /// The stores themselves.
    pub stores: Arc<dyn Stores>,
    /// Where statements are noted.
    pub record: Arc<Record>,
}

struct RecordedSql {
    sql: Arc<dyn SqlStore>,
    scope: Scope,
    record: Arc<Record>,
}

#[async_trait]
impl Stores for RecordedStores {
    async fn open(
        &self,
        scope: &Scope,
        migrations: &Migrations,
        limits: StoreLimits,
    ) -> Result<FeatureStores, OpenError> {
        let opened = self.stores.open(scope, migrations, limits).await?;
        let (scope, record) = (scope.clone(), Arc::clone(&self.record));
        let mut caches = record.caches.lock().unwrap_or_else(PoisonError::into_inner);
        caches.insert(scope.clone(), Arc::clone(&opened.cache));
        drop(caches);
        Ok(FeatureStores { sql: Arc::new(RecordedSql { sql: opened.sql, scope, record }), ..opened })
    }

    async fn check(&self) -> Result<(), OpenError> {
        self.stores.check().await
    }

    async fn lead(&self, tenant: &TenantId) -> Leadership {
        self.stores.lead(tenant).await
    }
}

#[async_trait]
impl SqlStore for RecordedSql {
    fn dialect(&self) -> Dialect {
        self.sql.dialect()
    }

    async fn query(&self, call: StoreCall, text: &str, params: &[u8]) -> Result<Rows, SqlError> {
        self.record.note(&self.scope, text);
        self.sql.query(call, text, params).await
    }

    async fn commit(
        &self,
        call: StoreCall,
        statements: &[Statement],
        events: &[Event],
    ) -> Result<Vec<u64>, SqlError> {
        for statement in statements {
            self.record.note(&self.scope, &statement.text);
        }
        self.sql.commit(call, statements, events).await
    }
}
