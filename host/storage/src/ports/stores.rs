//! How a room gets at the stores of one feature in one tenant, and what bounds each use of them.

use std::sync::Arc;

use async_trait::async_trait;
use p2p_context::{Deadline, Origin, Scope, TenantId};
use tokio::sync::watch;
use uuid::Uuid;

use super::migrations::Migrations;
use super::{blobs::BlobStore, cache::Cache, documents::DocumentStore, events::Outbox, sql::SqlStore};

/// One use of a store.
#[derive(Debug, Clone)]
pub struct StoreCall {
    /// The operation is ended when this has passed.
    pub deadline: Deadline,
    /// The event being handled. The first write of the call records it as done in the same transaction; if it is
    /// already recorded, the write is refused as stale and changes nothing.
    pub handling: Option<Uuid>,
    /// Who asked and from where. Kept with the events that a write leaves behind.
    pub origin: Arc<Origin>,
}

impl StoreCall {
    /// A use of the host's own, outside the handling of an event.
    pub fn until(deadline: Deadline) -> Self {
        Self { deadline, handling: None, origin: Arc::default() }
    }
}

/// How much one answer may hold.
#[derive(Debug, Clone, Copy)]
pub struct StoreLimits {
    /// Rows or documents.
    pub rows: u32,
    /// Bytes of packed cells or document bodies.
    pub bytes: usize,
}

impl Default for StoreLimits {
    fn default() -> Self {
        Self { rows: 5_000, bytes: 4 << 20 }
    }
}

/// Everything one feature may keep in one tenant.
#[derive(Clone)]
pub struct FeatureStores {
    /// Its tables.
    pub sql: Arc<dyn SqlStore>,
    /// Its documents.
    pub documents: Arc<dyn DocumentStore>,
    /// The events its writes left behind, and the record of those it has handled.
    pub outbox: Arc<dyn Outbox>,
    /// Its files.
    pub blobs: Arc<dyn BlobStore>,
    /// Its small, perishable values.
    pub cache: Arc<dyn Cache>,
}

/// Opens stores. One implementation per deployment shape (embedded, production).
#[async_trait]
pub trait Stores: Send + Sync + 'static {
    /// The stores of a scope, brought to the given migrations and collections first. Cheap when it was opened before
    /// with the same migrations.
    async fn open(
        &self,
        scope: &Scope,
        migrations: &Migrations,
        limits: StoreLimits,
    ) -> Result<FeatureStores, OpenError>;

    /// Whether the stores can be reached and written, for readiness.
    async fn check(&self) -> Result<(), OpenError>;

    /// Waits until this process is the one that does a tenant's background work. At once where no other process can be
    /// over the same stores.
    async fn lead(&self, _tenant: &TenantId) -> Leadership {
        Leadership::for_good()
    }
}

/// That this process does a tenant's background work. Between its loss and the moment it is noticed another one may do so
/// too: nobody may rely on it for more than not doing everything twice.
#[derive(Debug)]
pub struct Leadership(Option<watch::Receiver<()>>);

impl Leadership {
    /// Never lost.
    pub fn for_good() -> Self {
        Self(None)
    }

    /// Lost when the other end closes.
    pub fn until(lost: watch::Receiver<()>) -> Self {
        Self(Some(lost))
    }

    /// Resolves when it is lost.
    pub async fn lost(&mut self) {
        match &mut self.0 {
            Some(held) => while held.changed().await.is_ok() {},
            None => std::future::pending().await,
        }
    }
}

/// Why stores could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A migration that was applied differs from the one given now.
    #[error(
        "{scope}: migration {version} was changed after it was applied; restore its text and add a new migration"
    )]
    Altered {
        /// Whose store.
        scope: Scope,
        /// Which migration.
        version: u32,
    },
    /// The store is at a version that this build does not know.
    #[error(
        "{scope}: the store is at migration {found}, this build knows {known}; install the newer feature again"
    )]
    Newer {
        /// Whose store.
        scope: Scope,
        /// Version in the store.
        found: u32,
        /// Newest version given.
        known: u32,
    },
    /// A migration failed; the store is as it was before it.
    #[error("{scope}: migration {version} failed: {reason}")]
    Failed {
        /// Whose store.
        scope: Scope,
        /// Which migration.
        version: u32,
        /// The store's words, for the operator.
        reason: String,
    },
    /// The store cannot be reached or written.
    #[error("the store cannot be used: {0}")]
    Unavailable(String),
}
