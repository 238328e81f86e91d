//! Cards under load: when nobody is remembered, few ask the store and the others find what those read.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use async_trait::async_trait;
use p2p_context::{FeatureName, Scope, SystemClock, TenantId};
use p2p_storage::{
    Dialect, EmbeddedConfig, EmbeddedStores, Event, Migration, Migrations, Statement, StoreLimits,
    Stores as _,
};

use super::*;

const TABLES: &str = "CREATE TABLE directory_organizations (id BLOB PRIMARY KEY, name TEXT NOT NULL) STRICT;
    CREATE TABLE directory_users (id BLOB PRIMARY KEY, name TEXT NOT NULL, title TEXT, avatar TEXT, verified INTEGER NOT NULL,
        active INTEGER NOT NULL, role TEXT NOT NULL, organization_id BLOB) STRICT;
    INSERT INTO directory_users VALUES (x'00000000000000000000000000000001', 'Huda', NULL, NULL, 1, 1, 'admin', NULL);
    INSERT INTO directory_users VALUES (x'00000000000000000000000000000002', 'Omar', NULL, NULL, 1, 1, 'member', NULL);";
const HUDA: Uuid = Uuid::from_u128(1);
const OMAR: Uuid = Uuid::from_u128(2);

/// A real store that takes its time, and counts who asks.
struct Counted {
    store: Arc<dyn SqlStore>,
    asked: AtomicUsize,
    at_once: AtomicUsize,
    most: AtomicUsize,
}

#[async_trait]
impl SqlStore for Counted {
    fn dialect(&self) -> Dialect {
        self.store.dialect()
    }

    async fn query(&self, call: StoreCall, text: &str, params: &[u8]) -> Result<Rows, SqlError> {
        self.asked.fetch_add(1, SeqCst);
        self.most.fetch_max(self.at_once.fetch_add(1, SeqCst) + 1, SeqCst);
        tokio::time::sleep(Duration::from_millis(20)).await;
        let found = self.store.query(call, text, params).await;
        self.at_once.fetch_sub(1, SeqCst);
        found
    }

    async fn commit(
        &self,
        call: StoreCall,
        all: &[Statement],
        events: &[Event],
    ) -> Result<Vec<u64>, SqlError> {
        self.store.commit(call, all, events).await
    }
}

async fn counted(folder: &tempfile::TempDir) -> Arc<Counted> {
    let config = EmbeddedConfig::new([7; 32], Arc::new(SystemClock));
    let scope =
        Scope { tenant: TenantId::new("acme").unwrap(), feature: FeatureName::new("accounts").unwrap() };
    let table = Migration {
        version: 1,
        name: "directory".to_owned(),
        sqlite: TABLES.to_owned(),
        postgres: String::new(),
    };
    let migrations = Migrations { tables: vec![table], collections: Vec::new() };
    let stores = EmbeddedStores::new(folder.path().to_owned(), config);
    let store = stores.open(&scope, &migrations, StoreLimits::default()).await.unwrap().sql;
    Arc::new(Counted {
        store,
        asked: AtomicUsize::default(),
        at_once: AtomicUsize::default(),
        most: AtomicUsize::default(),
    })
}

#[tokio::test]
async fn of_a_hundred_who_miss_the_same_few_ask() {
    let folder = tempfile::tempdir().unwrap();
    let (directory, source) = (Arc::new(Directory::default()), counted(&folder).await);
    directory.set_source(Some(source.clone()));
    let asking = (0..100).map(|n| {
        let directory = Arc::clone(&directory);
        let id = if n % 2 == 0 { HUDA } else { OMAR };
        tokio::spawn(async move {
            let found =
                directory.person(Deadline::after(Duration::from_secs(20)), id).await.unwrap().unwrap();
            assert_eq!(found.role, if id == HUDA { Role::Admin } else { Role::Member });
        })
    });
    for one in asking.collect::<Vec<_>>() {
        one.await.unwrap();
    }
    let (asked, most) = (source.asked.load(SeqCst), source.most.load(SeqCst));
    assert_eq!(most, READERS);
    assert!(asked <= 2 * READERS, "{asked} asked");
}

#[tokio::test]
async fn who_waits_too_long_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let (directory, source) = (Directory::default(), counted(&folder).await);
    directory.set_source(Some(source));
    let _all = directory.readers.acquire_many(READERS as u32).await.unwrap();
    let soon = Deadline::after(Duration::from_millis(30));
    assert_eq!(directory.users(soon, &[HUDA]).await, Err(SqlError::Busy));
}
