//! The public keys of a core, kept in memory so that a token is verified without asking.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use p2p_context::{TenantId, Timestamp};
use p2p_identity_core::{KeyRing as _, PublicKeySet};
use tokio::sync::Mutex;

use super::Fault;
use super::client::CoreClient;
use crate::identity::IdentityCall;

const PAGE: &str = "/.well-known/jwks.json";
/// Keys are read again after this, so that those which the core took away are no longer believed.
const REFRESH: Duration = Duration::from_hours(4);
/// When that fails, it is tried again after this.
const TRY_AGAIN: Duration = Duration::from_mins(1);
/// A token with an unknown key makes us look, but not more often than this.
const LOOK_AGAIN: Duration = Duration::from_millis(500);
/// How long others may keep the keys when the core does not say.
const MAX_AGE: Duration = Duration::from_mins(1);

/// The keys of all tenants that were ever used. They outlive what else is kept in memory of a tenant, so that its tokens
/// hold while the core is away.
#[derive(Debug, Default)]
pub struct AllKeys(std::sync::Mutex<HashMap<TenantId, Arc<CoreKeys>>>);

impl AllKeys {
    /// Those of one tenant.
    pub fn of(&self, tenant: &TenantId) -> Arc<CoreKeys> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(all.entry(tenant.clone()).or_default())
    }
}

/// What is known of a tenant's keys.
#[derive(Debug, Default)]
pub struct CoreKeys {
    known: RwLock<Known>,
    /// Held while they are read, so that a crowd of unknown tokens asks once.
    gate: Mutex<()>,
}

#[derive(Debug, Clone, Default)]
struct Known {
    keys: Arc<PublicKeySet>,
    max_age: Duration,
    read_at: Option<Timestamp>,
    tried_at: Option<Timestamp>,
    fault: Option<Fault>,
}

impl CoreKeys {
    /// Keys among which the named one is, if the core has it. Without an answer of the core nobody can tell, unless
    /// the key is known already.
    pub async fn with(
        &self,
        core: &CoreClient,
        call: &IdentityCall,
        now: Timestamp,
        kid: &str,
    ) -> Result<Arc<PublicKeySet>, Fault> {
        let is_enough = |known: &Known| known.keys.public_key(kid).is_some();
        let known = self.read_unless(core, call, now, is_enough).await?;
        match known.fault {
            Some(fault) if known.keys.public_key(kid).is_none() => Err(fault),
            _ => Ok(known.keys),
        }
    }

    /// Keys for others to keep, and for how long they may. While the core cannot be asked, those of before.
    pub async fn to_publish(
        &self,
        core: &CoreClient,
        call: &IdentityCall,
        now: Timestamp,
    ) -> Result<(Arc<PublicKeySet>, Duration), Fault> {
        let is_fresh = |known: &Known| known.read_at.is_some_and(|read| now < read.plus(known.max_age));
        let known = self.read_unless(core, call, now, is_fresh).await?;
        match (known.read_at, known.fault) {
            (None, Some(fault)) => Err(fault),
            _ => Ok((known.keys, known.max_age)),
        }
    }

    /// Reads them when it is time, and before anybody needs them. A failure changes nothing: the known ones stay good.
    pub async fn keep_up(&self, core: &CoreClient, call: &IdentityCall, now: Timestamp) {
        if !self.known().is_due(now) {
            return;
        }
        let _gate = self.gate.lock().await;
        if self.known().is_due(now)
            && let Some(fault) = self.read(core, call, now).await.fault
        {
            tracing::warn!(tenant = %call.tenant, ?fault, "the core's keys could not be read");
        }
    }

    async fn read_unless(
        &self,
        core: &CoreClient,
        call: &IdentityCall,
        now: Timestamp,
        is_enough: impl Fn(&Known) -> bool,
    ) -> Result<Known, Fault> {
        let known = self.known();
        if is_enough(&known) {
            return Ok(known);
        }
        let gate = tokio::time::timeout(call.deadline.remaining(), self.gate.lock());
        let _gate = gate.await.map_err(|_| Fault::Timeout)?;
        let known = self.known();
        let tried_lately = known.tried_at.is_some_and(|tried| now < tried.plus(LOOK_AGAIN));
        if is_enough(&known) || tried_lately { Ok(known) } else { Ok(self.read(core, call, now).await) }
    }

    async fn read(&self, core: &CoreClient, call: &IdentityCall, now: Timestamp) -> Known {
        let outcome = read_page(core, call).await;
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.tried_at = Some(now);
        known.fault = match outcome {
            Ok((keys, max_age)) => {
                (known.keys, known.max_age, known.read_at) = (Arc::new(keys), max_age, Some(now));
                None
            }
            Err(fault) => Some(fault),
        };
        known.clone()
    }

    fn known(&self) -> Known {
        self.known.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Known {
    fn is_due(&self, now: Timestamp) -> bool {
        self.read_at.is_none_or(|read| now >= read.plus(REFRESH))
            && self.tried_at.is_none_or(|tried| now >= tried.plus(TRY_AGAIN))
    }
}

async fn read_page(core: &CoreClient, call: &IdentityCall) -> Result<(PublicKeySet, Duration), Fault> {
    let page = core.open_page(call, PAGE).await?;
    let keys =
        PublicKeySet::from_jwks(&page.body).map_err(|_| Fault::because("the core's list of keys is none"))?;
    Ok((keys, page.max_age().unwrap_or(MAX_AGE)))
}
