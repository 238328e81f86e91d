//! Signing keys of a tenant: made on first use, kept sealed, changed by plan.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use getrandom::SysRng;
use p2p_context::{Deadline, Timestamp};
use p2p_identity_core::{SigningKey, SigningKeys};
use tokio::task::spawn_blocking;

use super::EmbeddedIdentity;
use super::tenant::Tenant;
use crate::fault::{Fault, random};
use crate::identity::{IdentityCall, PublicKeys};
use crate::tables::signing_keys::{key_delete, key_insert, key_list};

/// A token with an unknown key makes this replica look for new keys, but not more often than this.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

impl EmbeddedIdentity {
    /// The key that signs now. The first use of a tenant makes one.
    pub(super) async fn signing_key(
        &self,
        tenant: &Tenant,
        deadline: Deadline,
    ) -> Result<Arc<SigningKey>, Fault> {
        if let Some(key) = self.known_signing_key(tenant) {
            return Ok(key);
        }
        let _gate = tokio::time::timeout(deadline.remaining(), tenant.key_gate.lock())
            .await
            .map_err(|_| Fault::Timeout)?;
        self.read_keys(tenant, deadline).await?;
        if self.known_signing_key(tenant).is_none() {
            self.make_key(tenant, deadline).await?;
        }
        self.known_signing_key(tenant).ok_or_else(|| Fault::because("the new signing key cannot be read"))
    }

    /// Reads the keys from the store. One that does not open was sealed under a retired secret; it is passed over,
    /// which signs its sessions out.
    pub(super) async fn read_keys(&self, tenant: &Tenant, deadline: Deadline) -> Result<(), Fault> {
        tenant.keys_read.store(self.clock.now().0, Ordering::Relaxed);
        let mut keys = Vec::new();
        for (created_ms, sealed) in key_list(tenant.tables(deadline)).await? {
            match tenant.key_seal.open(&created_ms.to_be_bytes(), &sealed) {
                Ok(der) => keys.push(SigningKey::from_der(created_ms, &der)?),
                Err(_) => {
                    tracing::warn!(tenant = %tenant.id, created_ms, "a signing key is sealed under another secret")
                }
            }
        }
        tenant.know_keys(SigningKeys::new(keys));
        Ok(())
    }

    /// Looks for a key that a token names and nobody knows, now and then.
    pub(super) async fn look_for_key(
        &self,
        tenant: &Tenant,
        kid: &str,
        deadline: Deadline,
    ) -> Result<(), Fault> {
        if tenant.keys().find(kid).is_some() || !self.may_look_again(tenant) {
            return Ok(());
        }
        self.read_keys(tenant, deadline).await
    }

    /// What others need to verify tokens, the newest first. When a new key is due, another replica may have made it;
    /// if the store does not say, those that are known serve for the shortest time there is.
    pub(super) async fn published_keys(&self, call: &IdentityCall) -> Result<PublicKeys, Fault> {
        let tenant = self.tenant(call).await?;
        self.signing_key(&tenant, call.deadline).await?;
        let now = self.clock.now();
        if self.key_plan.is_due(&tenant.keys(), now.as_millis())
            && self.may_look_again(&tenant)
            && let Err(fault) = self.read_keys(&tenant, call.deadline).await
        {
            tracing::warn!(tenant = %tenant.id, ?fault, "published signing keys may be old");
        }
        let keys = tenant.keys();
        let max_age = self.key_plan.public_for(&keys, now.as_millis());
        Ok(PublicKeys { keys: keys.iter().rev().map(|key| key.public().jwk()).collect(), max_age })
    }

    /// Makes the next key when it is due and removes those that are done with. A tenant without keys stays without.
    pub(super) async fn rotate_keys(&self, tenant: &Tenant, deadline: Deadline) -> Result<(), Fault> {
        self.read_keys(tenant, deadline).await?;
        let (keys, now_ms) = (tenant.keys(), self.clock.now().as_millis());
        let retired = self.key_plan.retired(&keys, now_ms);
        for created_ms in &retired {
            key_delete(tenant.tables(deadline), *created_ms).await?;
        }
        if keys.iter().next().is_some() && self.key_plan.is_due(&keys, now_ms) {
            return self.make_key(tenant, deadline).await;
        }
        if retired.is_empty() { Ok(()) } else { self.read_keys(tenant, deadline).await }
    }

    fn may_look_again(&self, tenant: &Tenant) -> bool {
        let read = Timestamp(tenant.keys_read.load(Ordering::Relaxed));
        self.clock.now() >= read.plus(LOOK_AGAIN)
    }

    fn known_signing_key(&self, tenant: &Tenant) -> Option<Arc<SigningKey>> {
        self.key_plan.signing(&tenant.keys(), self.clock.now().as_millis()).cloned()
    }

    async fn make_key(&self, tenant: &Tenant, deadline: Deadline) -> Result<(), Fault> {
        let created_ms = self.clock.now().as_millis();
        let der = spawn_blocking(move || SigningKey::generate(created_ms, &mut SysRng)?.to_der()).await??;
        let sealed = tenant.key_seal.seal(random()?, &created_ms.to_be_bytes(), &der)?;
        key_insert(tenant.tables(deadline), created_ms, &sealed).await?;
        self.read_keys(tenant, deadline).await
    }
}
