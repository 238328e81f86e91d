//! What is kept in memory of a tenant: its tables, keys and revocations. Read on first use.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use p2p_context::{Deadline, FeatureName, Scope, TenantId, Timestamp};
use p2p_identity_core::{Audience, SealingKey, SigningKeys};
use p2p_storage::{SqlStore, StoreLimits};
use tokio::sync::Mutex;

use super::EmbeddedIdentity;
use crate::fault::Fault;
use crate::identity::IdentityCall;
use crate::migrations::{PLATFORM, platform_migrations};
use crate::revocations::Revocations;
use crate::tables::Tables;
use crate::tables::revocations::revocations_since;

/// Clocks of replicas may differ by this much, and a commit may take this long to be seen.
const OVERLAP: Duration = Duration::from_secs(30);

/// See the module.
pub struct Tenant {
    pub id: TenantId,
    pub issuer: String,
    pub refresh_key: SealingKey,
    pub key_seal: SealingKey,
    pub revocations: Revocations,
    /// Held while a signing key is made, so that this replica makes one and not many.
    pub key_gate: Mutex<()>,
    /// When keys were last read from the store.
    pub keys_read: AtomicI64,
    /// When upkeep was last done.
    pub kept_up: AtomicI64,
    keys: RwLock<Arc<SigningKeys>>,
    learned: AtomicI64,
    sql: Arc<dyn SqlStore>,
}

impl Tenant {
    /// The tenant's tables until a deadline.
    pub fn tables(&self, deadline: Deadline) -> Tables<'_> {
        Tables::new(self.sql.as_ref(), deadline)
    }

    /// Whose tokens are believed.
    pub fn audience(&self) -> Audience<'_> {
        Audience { tenant: self.id.as_str(), issuer: &self.issuer }
    }

    /// The keys that are known.
    pub fn keys(&self) -> Arc<SigningKeys> {
        Arc::clone(&self.keys.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Replaces them.
    pub fn know_keys(&self, keys: SigningKeys) {
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(keys);
    }

    /// Reads what was revoked since the last time, here or by another replica.
    pub async fn learn(&self, deadline: Deadline, now: Timestamp) -> Result<(), Fault> {
        let since = Timestamp(self.learned.load(Ordering::Relaxed)).minus(OVERLAP);
        revocations_since(self.tables(deadline), since, |revocation| self.revocations.note(revocation))
            .await?;
        self.learned.store(now.0, Ordering::Relaxed);
        Ok(())
    }

    /// The same after something that is done whatever comes of this: the next tick learns it otherwise.
    pub async fn learn_soon(&self, deadline: Deadline, now: Timestamp) {
        if let Err(fault) = self.learn(deadline, now).await {
            tracing::warn!(tenant = %self.id, ?fault, "ended sessions are believed until the next tick");
        }
    }
}

impl EmbeddedIdentity {
    /// The tenant of a call.
    pub(super) async fn tenant(&self, call: &IdentityCall) -> Result<Arc<Tenant>, Fault> {
        if let Some(loaded) = self.tenants.get(&call.tenant).await {
            return Ok(loaded);
        }
        let load = self.tenants.try_get_with_by_ref(&call.tenant, self.load_tenant(call));
        let loaded =
            tokio::time::timeout(call.deadline.remaining(), load).await.map_err(|_| Fault::Timeout)?;
        loaded.map_err(|fault: Arc<Fault>| Fault::clone(&fault))
    }

    async fn load_tenant(&self, call: &IdentityCall) -> Result<Arc<Tenant>, Fault> {
        let id = call.tenant.clone();
        let feature = FeatureName::new(PLATFORM).map_err(Fault::because)?;
        let scope = Scope { tenant: id.clone(), feature };
        let stores = self.stores.open(&scope, &platform_migrations(), StoreLimits::default()).await?;
        let now = self.clock.now();
        let key = |purpose| self.secrets.key(&["identity", id.as_str(), purpose]);
        let tenant = Tenant {
            issuer: self.config.sessions.issuer(id.as_str()),
            refresh_key: key("refresh tokens"),
            key_seal: key("signing keys"),
            revocations: Revocations::default(),
            key_gate: Mutex::default(),
            keys_read: AtomicI64::new(i64::MIN),
            kept_up: AtomicI64::new(now.0),
            keys: RwLock::default(),
            learned: AtomicI64::new(now.minus(self.config.sessions.access_validity).0),
            sql: stores.sql,
            id,
        };
        tenant.learn(call.deadline, now).await?;
        self.read_keys(&tenant, call.deadline).await?;
        Ok(Arc::new(tenant))
    }
}
