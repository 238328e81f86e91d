//! Stores whose documents lie in MongoDB and everything else in files, so that the suites need one server only.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use mongodb::Client;
use mongodb::bson::Document;
use p2p_context::{Clock, Deadline, FeatureName, Scope, SystemClock, TenantId, new_uuid};
use p2p_storage::mongo::{BothOutboxes, Companion, GuardedSql, MongoDocuments, MongoOutbox, MongoServer};
use p2p_storage::{
    Collection, DocumentError, EmbeddedConfig, EmbeddedStores, Event, FeatureStores, Migrations, OpenError,
    Outbox, StoreCall, StoreLimits, Stores, Synchronous,
};
use tokio::sync::Notify;
use uuid::Uuid;

/// The server of the environment.
pub fn url() -> String {
    std::env::var("MONGODB_URL")
        .expect("MONGODB_URL is not set: type `cargo xtask services up` and export what it prints")
}

/// Holds up one write between its reading and its writing, which is where positions are taken.
#[derive(Default)]
pub struct Gate {
    armed: AtomicBool,
    reached: Notify,
    opened: Notify,
}

impl Gate {
    /// The next write with events stops here.
    pub fn shut(&self) {
        self.armed.store(true, Ordering::SeqCst);
    }

    /// Waits until a write stands here.
    pub async fn reached(&self) {
        tokio::time::timeout(Duration::from_secs(20), self.reached.notified()).await.unwrap();
    }

    /// Lets it go on.
    pub fn open(&self) {
        self.opened.notify_one();
    }

    async fn pass(&self) {
        if self.armed.swap(false, Ordering::SeqCst) {
            self.reached.notify_one();
            self.opened.notified().await;
        }
    }
}

/// Positions from a counter, handled events from the outbox of the tables.
struct Beside {
    outbox: Arc<dyn Outbox>,
    next: Arc<AtomicI64>,
    gate: Arc<Gate>,
}

impl std::fmt::Debug for Beside {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Beside")
    }
}

#[async_trait]
impl Companion for Beside {
    async fn positions(&self, count: usize, _: Deadline) -> Result<Vec<i64>, DocumentError> {
        self.gate.pass().await;
        let count = i64::try_from(count).unwrap();
        let first = self.next.fetch_add(count, Ordering::SeqCst);
        Ok((first..first + count).collect())
    }

    async fn is_handled(&self, event: Uuid, _: Deadline) -> Result<bool, DocumentError> {
        self.outbox.is_handled(event).await.map_err(|error| DocumentError::Unavailable(error.to_string()))
    }
}

/// One process's stores. Its databases have a name of their own and go with [`Mixed::end`].
pub struct Mixed {
    files: EmbeddedStores,
    mongo: MongoServer,
    prefix: String,
    clock: Arc<dyn Clock>,
    next: Arc<AtomicI64>,
    folder: Arc<tempfile::TempDir>,
    url: String,
    /// Of this process's writes.
    pub gate: Arc<Gate>,
}

impl Mixed {
    pub async fn new() -> Self {
        Self::at(&url(), Arc::new(SystemClock)).await
    }

    pub async fn at(url: &str, clock: Arc<dyn Clock>) -> Self {
        let prefix = fresh_prefix();
        let folder = Arc::new(tempfile::tempdir().unwrap());
        Self::over(url, &prefix, clock, folder, Arc::new(AtomicI64::new(1))).await
    }

    /// Another process over the same stores.
    pub async fn twin(&self) -> Self {
        let (folder, next) = (Arc::clone(&self.folder), Arc::clone(&self.next));
        Self::over(&self.url, &self.prefix, Arc::clone(&self.clock), folder, next).await
    }

    async fn over(
        url: &str,
        prefix: &str,
        clock: Arc<dyn Clock>,
        folder: Arc<tempfile::TempDir>,
        next: Arc<AtomicI64>,
    ) -> Self {
        let config = EmbeddedConfig {
            synchronous: Synchronous::Normal,
            ..EmbeddedConfig::new([7; 32], Arc::clone(&clock))
        };
        let files = EmbeddedStores::new(folder.path().to_owned(), config);
        let mongo = MongoServer::new(url, prefix).await.unwrap();
        Self {
            files,
            mongo,
            prefix: prefix.to_owned(),
            clock,
            next,
            folder,
            url: url.to_owned(),
            gate: Arc::default(),
        }
    }

    pub async fn posts(&self) -> FeatureStores {
        self.open(&scope(), &posts(&[]), StoreLimits::default()).await.unwrap()
    }

    /// What lies in MongoDB, marks and all.
    pub async fn raw(&self, collection: &str) -> mongodb::Collection<Document> {
        let client = Client::with_uri_str(&self.url).await.unwrap();
        client.database(&format!("{}_acme", self.prefix)).collection(&format!("forums_{collection}"))
    }

    /// Where marked collections are written down.
    pub async fn scopes(&self) -> mongodb::Collection<Document> {
        let client = Client::with_uri_str(&self.url).await.unwrap();
        client.database(&format!("{}_acme", self.prefix)).collection("p2p.marked")
    }

    /// Drops what this test has made.
    pub async fn end(self) {
        drop_databases(&self.url, &self.prefix).await;
    }
}

/// Names databases that no other test has.
pub fn fresh_prefix() -> String {
    format!("t{}", &new_uuid().simple().to_string()[14..])
}

/// Drops the databases whose names begin so.
pub async fn drop_databases(url: &str, prefix: &str) {
    let client = Client::with_uri_str(url).await.unwrap();
    for name in client.list_database_names().await.unwrap() {
        if name.starts_with(prefix) {
            client.database(&name).drop().await.unwrap();
        }
    }
}

#[async_trait]
impl Stores for Mixed {
    async fn open(
        &self,
        scope: &Scope,
        migrations: &Migrations,
        limits: StoreLimits,
    ) -> Result<FeatureStores, OpenError> {
        let opened = self.files.open(scope, migrations, limits).await?;
        let beside = Beside {
            outbox: Arc::clone(&opened.outbox),
            next: Arc::clone(&self.next),
            gate: Arc::clone(&self.gate),
        };
        let collections = &migrations.collections;
        let (clock, patience) = (Arc::clone(&self.clock), Deadline::after(Duration::from_secs(20)));
        let shelf = self.mongo.open(scope, collections, Arc::new(beside), clock, patience).await?;
        let shelf = Arc::new(shelf);
        Ok(FeatureStores {
            sql: Arc::new(GuardedSql::new(opened.sql, Arc::clone(&shelf))),
            documents: Arc::new(MongoDocuments::new(Arc::clone(&shelf), limits)),
            outbox: Arc::new(BothOutboxes::new(opened.outbox, MongoOutbox::new(shelf))),
            ..opened
        })
    }

    async fn check(&self) -> Result<(), OpenError> {
        self.mongo.check(Deadline::after(Duration::from_secs(5))).await
    }
}

/// The scope of most tests.
pub fn scope() -> Scope {
    Scope { tenant: TenantId::new("acme").unwrap(), feature: FeatureName::new("forums").unwrap() }
}

/// The collection `posts` with these indexes.
pub fn posts(indexes: &[&[&str]]) -> Migrations {
    let paths = |paths: &&[&str]| paths.iter().map(|path| (*path).to_owned()).collect();
    let posts = Collection { name: "posts".to_owned(), indexes: indexes.iter().map(paths).collect() };
    Migrations { tables: Vec::new(), collections: vec![posts] }
}

/// A call with time enough.
pub fn soon() -> StoreCall {
    within(Duration::from_secs(20))
}

/// A call with this much time.
pub fn within(time: Duration) -> StoreCall {
    StoreCall::until(Deadline::after(time))
}

/// An event of this key.
pub fn event(key: &str) -> Event {
    Event { topic: "forums.post.written".to_owned(), key: key.to_owned(), payload: b"{}".to_vec() }
}
