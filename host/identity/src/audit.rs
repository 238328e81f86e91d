//! The audit log: who did what in a tenant, for those who answer for it. Entries are added and read, never changed.

pub mod actions;
mod table;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use moka::future::Cache;
use p2p_context::{Deadline, FeatureName, Origin, Scope, TenantId, Timestamp, new_uuid};
use p2p_storage::packed::Malformed;
use p2p_storage::{OpenError, SqlError, SqlStore, StoreCall, StoreLimits, Stores};
use serde_json::Value;
use uuid::Uuid;

use crate::migrations::{PLATFORM, platform_migrations};

pub(crate) use table::{entry_insert, entry_insert_if};

/// As many as one reading answers at most.
pub const LONGEST_LIST: u32 = 500;
/// Longest one use of the store may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// A tenant that nobody asks about for so long is forgotten.
const TENANT_IDLE: Duration = Duration::from_hours(1);
/// Bytes of one answer: the longest list of entries with the largest details there can be.
const ANSWER_MAX: usize = 64 << 20;

/// Something that somebody did.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditEntry {
    /// A version 7 UUID: entries are read in the order of their ids.
    pub id: Uuid,
    /// When.
    pub at: Timestamp,
    /// Who; none for somebody who was not signed in, and for the host itself.
    pub actor: Option<Uuid>,
    /// What, e.g. `identity.password.changed`.
    pub action: String,
    /// To whom or what it was done: an id or an address.
    pub subject: String,
    /// The request's name in logs and answers.
    pub request: Option<String>,
    /// The client's address.
    pub address: Option<IpAddr>,
    /// Whatever else there is to say.
    pub details: Value,
}

/// Which entries are wanted. The default wants all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// By this person.
    pub actor: Option<Uuid>,
    /// Of actions that begin with this.
    pub action: Option<String>,
    /// Older than the entry of this id.
    pub before: Option<Uuid>,
}

/// The log of every tenant, in the host's own tables.
#[derive(Clone)]
pub struct AuditLog {
    stores: Arc<dyn Stores>,
    tenants: Cache<TenantId, Arc<dyn SqlStore>>,
}

/// The log cannot be written or read. The reason is for the operator's log alone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the audit log cannot be used: {0}")]
pub struct AuditError(String);

impl AuditEntry {
    /// What the person of this origin did just now.
    pub fn new(origin: &Origin, at: Timestamp, action: &str, subject: impl Into<String>) -> Self {
        Self {
            id: new_uuid(),
            at,
            actor: origin.user,
            action: action.to_owned(),
            subject: subject.into(),
            request: origin.request.clone(),
            address: origin.address,
            details: Value::Object(serde_json::Map::new()),
        }
    }

    /// The same by somebody who proved otherwise who they are.
    #[must_use]
    pub fn by(self, actor: Uuid) -> Self {
        Self { actor: Some(actor), ..self }
    }

    /// The same with more to say.
    #[must_use]
    pub fn with(self, details: Value) -> Self {
        Self { details, ..self }
    }
}

impl AuditLog {
    /// Over these stores. A tenant's log is opened when it is first used.
    pub fn new(stores: Arc<dyn Stores>) -> Self {
        Self { stores, tenants: Cache::builder().time_to_idle(TENANT_IDLE).build() }
    }

    /// Adds entries, all or none. One whose id is there already is passed over, so that whoever is not sure may try
    /// again.
    pub async fn append(&self, tenant: &TenantId, entries: &[AuditEntry]) -> Result<(), AuditError> {
        if entries.is_empty() {
            return Ok(());
        }
        let statements: Vec<_> = entries.iter().map(entry_insert).collect();
        let call = StoreCall::until(Deadline::after(PATIENCE));
        self.store(tenant).await?.commit(call, &statements, &[]).await?;
        Ok(())
    }

    /// The newest entries of a kind, newest first, at most `LONGEST_LIST`.
    pub async fn list(
        &self,
        tenant: &TenantId,
        filter: &AuditFilter,
        limit: u32,
    ) -> Result<Vec<AuditEntry>, AuditError> {
        let (text, params) = table::list_query(filter, limit.min(LONGEST_LIST));
        let call = StoreCall::until(Deadline::after(PATIENCE));
        let rows = self.store(tenant).await?.query(call, &text, &params.finish()).await?;
        Ok(table::read_entries(&rows)?)
    }

    async fn store(&self, tenant: &TenantId) -> Result<Arc<dyn SqlStore>, AuditError> {
        let opened = self.tenants.try_get_with_by_ref(tenant, self.open(tenant)).await;
        opened.map_err(|error: Arc<AuditError>| AuditError::clone(&error))
    }

    async fn open(&self, tenant: &TenantId) -> Result<Arc<dyn SqlStore>, AuditError> {
        let feature = FeatureName::new(PLATFORM).map_err(AuditError::because)?;
        let scope = Scope { tenant: tenant.clone(), feature };
        let limits = StoreLimits { bytes: ANSWER_MAX, ..StoreLimits::default() };
        Ok(self.stores.open(&scope, &platform_migrations(), limits).await?.sql)
    }
}

impl AuditError {
    fn because(reason: impl ToString) -> Self {
        Self(reason.to_string())
    }
}

impl From<SqlError> for AuditError {
    fn from(error: SqlError) -> Self {
        Self::because(error)
    }
}

impl From<OpenError> for AuditError {
    fn from(error: OpenError) -> Self {
        Self::because(error)
    }
}

impl From<Malformed> for AuditError {
    fn from(error: Malformed) -> Self {
        Self::because(error)
    }
}

impl std::fmt::Debug for AuditLog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AuditLog").finish_non_exhaustive()
    }
}
