//! The shape for many servers over shared services: tables in PostgreSQL, documents in MongoDB or beside the tables,
//! files in a folder that all servers see, small values in each process's memory.

mod beside;

use std::collections::HashMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use p2p_context::{Clock, Deadline, Scope, TenantId};
use tokio::sync::Mutex;

use crate::files::{FileBlobs, Links, disk};
use crate::memory::MemoryCache;
use crate::mongo::{BothOutboxes, GuardedSql, MongoDocuments, MongoOutbox, MongoServer, Shelf};
use crate::ports::migrations::{Collection, Migrations};
use crate::ports::stores::{FeatureStores, Leadership, OpenError, StoreLimits, Stores};
use crate::postgres::{Address, Database, DatabaseSecret, Leader, PgDocuments, PgOutbox, PgStore, Server};
use beside::Beside;

/// How long a look at the services may take.
const LOOK: Duration = Duration::from_secs(5);

/// How long making the indexes of a scope's documents may take.
const INDEXING: Duration = Duration::from_mins(10);

/// Where documents are kept.
#[derive(Debug, Clone, Default)]
pub enum Documents {
    /// In PostgreSQL, beside the tables.
    #[default]
    Jsonb,
    /// In MongoDB.
    Mongo(MongoServer),
}

/// How the production stores behave.
#[derive(Clone)]
pub struct ProductionConfig {
    /// The database that holds tables and events.
    pub database: Address,
    /// Where documents are kept.
    pub documents: Documents,
    /// Connections to the database at most, beside two for looking after them.
    pub connections: u32,
    /// Passwords of roles are derived from it. The same on all servers.
    pub database_key: [u8; 32],
    /// Signs links to files. Whoever knows it can read every file. The same on all servers.
    pub blob_key: [u8; 32],
    /// Path under which the http room serves files.
    pub files_prefix: String,
    /// Folder of all files.
    pub files: PathBuf,
    /// Tells the time of commits, links and sweeps.
    pub clock: Arc<dyn Clock>,
}

impl fmt::Debug for ProductionConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProductionConfig")
            .field("database", &self.database)
            .field("documents", &self.documents)
            .field("connections", &self.connections)
            .field("files", &self.files)
            .finish_non_exhaustive()
    }
}

/// What was opened for a scope, and the migrations it was brought to.
#[derive(Default)]
struct Opened {
    parts: Option<Parts>,
    migrations: Option<Migrations>,
}

/// What all handles of a scope share.
#[derive(Clone)]
struct Parts {
    database: Arc<Database>,
    /// Where documents are in MongoDB.
    shelf: Option<Arc<Shelf>>,
    cache: Arc<MemoryCache>,
}

/// See the module.
pub struct ProductionStores {
    config: ProductionConfig,
    server: Arc<Server>,
    leader: Leader,
    links: Links,
    opened: std::sync::Mutex<HashMap<Scope, Arc<Mutex<Opened>>>>,
}

impl ProductionStores {
    /// Connects when first needed.
    pub fn new(config: ProductionConfig) -> Self {
        let secret = DatabaseSecret::new(config.database_key);
        let clock = Arc::clone(&config.clock);
        Self {
            server: Server::new(config.database.clone(), secret, config.connections, clock),
            leader: Leader::new(&config.database),
            links: Links::new(config.blob_key, &config.files_prefix),
            opened: std::sync::Mutex::default(),
            config,
        }
    }

    fn slot(&self, scope: &Scope) -> Arc<Mutex<Opened>> {
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(opened.entry(scope.clone()).or_default())
    }

    async fn parts(&self, scope: &Scope, migrations: &Migrations) -> Result<Parts, OpenError> {
        let slot = self.slot(scope);
        let mut opened = slot.lock().await;
        if let Some(parts) = &opened.parts
            && opened.migrations.as_ref() == Some(migrations)
        {
            return Ok(parts.clone());
        }
        let (database, cache) = match &opened.parts {
            Some(parts) => (Arc::clone(&parts.database), Arc::clone(&parts.cache)),
            None => (self.server.open(scope).await?, Arc::new(MemoryCache::new())),
        };
        database.upgrade(scope, migrations).await?;
        let shelf = self.documents(scope, &database, &migrations.collections).await?;
        opened.migrations = Some(migrations.clone());
        Ok(opened.parts.insert(Parts { database, shelf, cache }).clone())
    }

    /// Brings the place of documents to these collections.
    async fn documents(
        &self,
        scope: &Scope,
        database: &Arc<Database>,
        collections: &[Collection],
    ) -> Result<Option<Arc<Shelf>>, OpenError> {
        match &self.config.documents {
            Documents::Jsonb => database.lay_indexes(collections).await.map(|()| None),
            Documents::Mongo(server) => {
                let (beside, clock) =
                    (Arc::new(Beside(Arc::clone(database))), Arc::clone(&self.config.clock));
                let deadline = Deadline::after(INDEXING);
                let shelf = server.open(scope, collections, beside, clock, deadline).await?;
                Ok(Some(Arc::new(shelf)))
            }
        }
    }

    fn blobs(&self, scope: &Scope) -> FileBlobs {
        let config = &self.config;
        FileBlobs::new(scope.clone(), config.files.clone(), self.links.clone(), Arc::clone(&config.clock))
    }
}

impl fmt::Debug for ProductionStores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProductionStores").field("config", &self.config).finish_non_exhaustive()
    }
}

#[async_trait]
impl Stores for ProductionStores {
    async fn open(
        &self,
        scope: &Scope,
        migrations: &Migrations,
        limits: StoreLimits,
    ) -> Result<FeatureStores, OpenError> {
        let Parts { database, shelf, cache } = self.parts(scope, migrations).await?;
        let sql = Arc::new(PgStore::new(Arc::clone(&database), limits));
        let outbox = Arc::new(PgOutbox::new(Arc::clone(&database)));
        let blobs = Arc::new(self.blobs(scope));
        Ok(match shelf {
            None => {
                let documents = Arc::new(PgDocuments::new(database, limits));
                FeatureStores { sql, documents, outbox, blobs, cache }
            }
            Some(shelf) => FeatureStores {
                sql: Arc::new(GuardedSql::new(sql, Arc::clone(&shelf))),
                documents: Arc::new(MongoDocuments::new(Arc::clone(&shelf), limits)),
                outbox: Arc::new(BothOutboxes::new(outbox, MongoOutbox::new(shelf))),
                blobs,
                cache,
            },
        })
    }

    /// Asks each service, and the disk.
    async fn check(&self) -> Result<(), OpenError> {
        let files = &self.config.files;
        disk::probe(files)
            .await
            .map_err(|error| OpenError::Unavailable(format!("{}: {error}", files.display())))?;
        let deadline = Deadline::after(LOOK);
        let address = self.server.address();
        let checked = self.server.check(deadline).await;
        checked.map_err(|error| OpenError::Unavailable(format!("the database {address}: {error}")))?;
        match &self.config.documents {
            Documents::Jsonb => Ok(()),
            Documents::Mongo(server) => server.check(deadline).await,
        }
    }

    async fn lead(&self, tenant: &TenantId) -> Leadership {
        Leadership::until(self.leader.lead(tenant).await)
    }
}
