//! The embedded default: everything in files under one folder, no service needed. One SQLite file per tenant and
//! feature (`tenants/<tenant>/<feature>.sqlite`), a folder of files beside it, a cache in memory.

mod documents;
mod migrate;
mod outbox;
mod sqlite;

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};

use async_trait::async_trait;
use p2p_context::{Clock, Scope};
use tokio::sync::Mutex;

pub use sqlite::Synchronous;

use crate::files::{FileBlobs, Links, disk};
use crate::memory::MemoryCache;
use crate::ports::migrations::Migrations;
use crate::ports::stores::{FeatureStores, OpenError, StoreLimits, Stores};
use documents::SqliteDocuments;
use outbox::SqliteOutbox;
use sqlite::{Database, SqliteStore};

/// How the embedded stores behave.
#[derive(Clone)]
pub struct EmbeddedConfig {
    /// When SQLite asks the disk to keep a commit.
    pub synchronous: Synchronous,
    /// Reading connections per store, opened as they are needed.
    pub readers: u32,
    /// Signs links to files. Whoever knows it can read every file.
    pub blob_key: [u8; 32],
    /// Path under which the http room serves files.
    pub files_prefix: String,
    /// Tells the time of commits, links and sweeps.
    pub clock: Arc<dyn Clock>,
}

impl EmbeddedConfig {
    /// The defaults: full synchronous, four readers, files under `/files`.
    pub fn new(blob_key: [u8; 32], clock: Arc<dyn Clock>) -> Self {
        Self {
            synchronous: Synchronous::Full,
            readers: 4,
            blob_key,
            files_prefix: "/files".to_owned(),
            clock,
        }
    }
}

impl fmt::Debug for EmbeddedConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmbeddedConfig")
            .field("synchronous", &self.synchronous)
            .field("readers", &self.readers)
            .field("files_prefix", &self.files_prefix)
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
    cache: Arc<MemoryCache>,
}

/// Stores under one folder.
pub struct EmbeddedStores {
    root: PathBuf,
    config: EmbeddedConfig,
    links: Links,
    opened: std::sync::Mutex<HashMap<Scope, Arc<Mutex<Opened>>>>,
}

impl EmbeddedStores {
    /// Stores under this folder, which is made when first needed.
    pub fn new(root: PathBuf, config: EmbeddedConfig) -> Self {
        let links = Links::new(config.blob_key, &config.files_prefix);
        Self { root, config, links, opened: std::sync::Mutex::default() }
    }

    fn slot(&self, scope: &Scope) -> Arc<Mutex<Opened>> {
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(opened.entry(scope.clone()).or_default())
    }

    fn folder(&self, scope: &Scope) -> PathBuf {
        self.root.join("tenants").join(scope.tenant.as_str())
    }

    async fn parts(&self, scope: &Scope, migrations: &Migrations) -> Result<Parts, OpenError> {
        let slot = self.slot(scope);
        let mut opened = slot.lock().await;
        if let Some(parts) = &opened.parts
            && opened.migrations.as_ref() == Some(migrations)
        {
            return Ok(parts.clone());
        }
        let folder = self.folder(scope);
        self.make_folder(folder.clone()).await.map_err(|error| unusable(&folder, &error))?;
        let file = folder.join(format!("{}.sqlite", scope.feature));
        let config = &self.config;
        let parts = opened.parts.take().unwrap_or_else(|| self.fresh_parts(&file));
        let upgrade = migrate::bring_up(&file, scope, migrations, config.clock.as_ref(), config.synchronous);
        parts.database.while_closed(upgrade).await?;
        opened.migrations = Some(migrations.clone());
        Ok(opened.parts.insert(parts).clone())
    }

    async fn make_folder(&self, folder: PathBuf) -> std::io::Result<()> {
        let root = self.root.clone();
        tokio::task::spawn_blocking(move || disk::make_folder(&root, &folder))
            .await
            .map_err(std::io::Error::other)?
    }

    fn blobs(&self, scope: &Scope) -> FileBlobs {
        FileBlobs::new(scope.clone(), self.root.clone(), self.links.clone(), Arc::clone(&self.config.clock))
    }

    fn fresh_parts(&self, file: &Path) -> Parts {
        let clock = Arc::clone(&self.config.clock);
        let database = Database::new(file, self.config.readers, self.config.synchronous, clock);
        Parts { database: Arc::new(database), cache: Arc::new(MemoryCache::new()) }
    }
}

impl fmt::Debug for EmbeddedStores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmbeddedStores").field("root", &self.root).finish_non_exhaustive()
    }
}

#[async_trait]
impl Stores for EmbeddedStores {
    async fn open(
        &self,
        scope: &Scope,
        migrations: &Migrations,
        limits: StoreLimits,
    ) -> Result<FeatureStores, OpenError> {
        let Parts { database, cache } = self.parts(scope, migrations).await?;
        Ok(FeatureStores {
            sql: Arc::new(SqliteStore::new(Arc::clone(&database), limits)),
            documents: Arc::new(SqliteDocuments::new(Arc::clone(&database), limits)),
            outbox: Arc::new(SqliteOutbox::new(database)),
            blobs: Arc::new(self.blobs(scope)),
            cache,
        })
    }

    /// Writes a file and removes it: what a full or unwritable disk refuses first.
    async fn check(&self) -> Result<(), OpenError> {
        disk::probe(&self.root).await.map_err(|error| unusable(&self.root, &error))
    }
}

fn unusable(path: &Path, error: &std::io::Error) -> OpenError {
    OpenError::Unavailable(format!("{}: {error}", path.display()))
}
