//! What is kept in memory of a tenant: its tables, the core's keys, what was revoked. Read on first use; the core is not
//! asked for it, so that a tenant is known while the core is down.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use p2p_context::{Deadline, FeatureName, Scope, TenantId, Timestamp};
use p2p_identity_core::{AccessPayload, Audience};
use p2p_storage::{SqlStore, StoreLimits};
use serde_json::{Map, Value};
use tokio::sync::OnceCell;

use super::keys::CoreKeys;
use super::{CoreIdentity, Fault, LONGEST_LIFE};
use crate::identity::IdentityCall;
use crate::migrations::{PLATFORM, platform_migrations};
use crate::revocations::Revocations;
use crate::tables::Tables;
use crate::tables::revocations::revocations_since;

/// Clocks of replicas may differ by this much, and a commit may take this long to be seen.
const OVERLAP: Duration = Duration::from_secs(30);
/// The core's own name for the tenant of an app that has one only. Ours is in a claim.
const CORE_TENANT: &str = "public";
/// The claim with our tenant.
const TENANT_CLAIM: &str = "tenant";

/// See the module.
pub struct Tenant {
    pub id: TenantId,
    pub issuer: String,
    pub keys: Arc<CoreKeys>,
    pub revocations: Revocations,
    /// Set once the user is there against whose password those of unknown addresses are checked.
    pub decoy: OnceCell<()>,
    /// When upkeep was last done.
    pub kept_up: AtomicI64,
    learned: AtomicI64,
    sql: Arc<dyn SqlStore>,
}

impl Tenant {
    /// The tenant's tables until a deadline.
    pub fn tables(&self, deadline: Deadline) -> Tables<'_> {
        Tables::new(self.sql.as_ref(), deadline)
    }

    /// Whose tokens are believed. All tenants of one core may have the same keys, so that the claims must say the rest.
    pub fn audience(&self) -> Audience<'_> {
        Audience { tenant: CORE_TENANT, issuer: &self.issuer }
    }

    /// Whether a token of the core, or the claims of one of its sessions, are this tenant's.
    pub fn owns(&self, payload: &AccessPayload) -> bool {
        payload.iss == self.issuer && self.is_named_in(&payload.claims)
    }

    /// The same of the claims that the core keeps of a session.
    pub fn owns_claims(&self, claims: &Map<String, Value>) -> bool {
        let issuer = claims.get("iss").and_then(Value::as_str);
        issuer == Some(self.issuer.as_str()) && self.is_named_in(claims)
    }

    /// Claims with the marks of this tenant.
    pub fn marked(&self, mut claims: Map<String, Value>) -> Map<String, Value> {
        claims.insert("iss".to_owned(), self.issuer.clone().into());
        claims.insert(TENANT_CLAIM.to_owned(), self.id.as_str().into());
        claims
    }

    /// Reads what was revoked since the last time, here or by another replica.
    pub async fn learn(&self, deadline: Deadline, now: Timestamp) -> Result<(), Fault> {
        let since = Timestamp(self.learned.load(Ordering::Relaxed)).minus(OVERLAP);
        revocations_since(self.tables(deadline), since, |revocation| self.revocations.note(revocation))
            .await?;
        self.learned.store(now.0, Ordering::Relaxed);
        Ok(())
    }

    fn is_named_in(&self, claims: &Map<String, Value>) -> bool {
        claims.get(TENANT_CLAIM).and_then(Value::as_str) == Some(self.id.as_str())
    }
}

impl CoreIdentity {
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
        let tenant = Tenant {
            issuer: self.config.sessions.issuer(id.as_str()),
            keys: self.keys.of(&id),
            revocations: Revocations::default(),
            decoy: OnceCell::new(),
            // Its keys may be old: the next round comes at once.
            kept_up: AtomicI64::new(0),
            learned: AtomicI64::new(now.minus(LONGEST_LIFE).0),
            sql: stores.sql,
            id,
        };
        tenant.learn(call.deadline, now).await?;
        Ok(Arc::new(tenant))
    }
}
