//! A SuperTokens Core as the keeper of credentials and sessions: the same trait as the embedded core, over HTTP. Which
//! of the core's users are a tenant's, failed logins and revocations stay in the tenant's own store.

mod answer;
mod authenticate;
mod claims;
mod client;
mod connection;
mod connector;
mod credentials;
mod endings;
mod identity;
mod keys;
mod look;
mod mailed_tokens;
mod passwords;
mod people;
mod proofs;
mod refresh;
mod sessions;
mod tenant;
mod upkeep;
mod version;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use ahash::RandomState;
use moka::future::Cache as AsyncCache;
use moka::sync::Cache;
use p2p_context::{Clock, TenantId, Timestamp};
use p2p_identity_core::{ConfigFault, Email};
use p2p_storage::Stores;
use tokio::sync::{Mutex, Semaphore};

use crate::embedded::{IdentityConfig, PASSWORD_PLACES};
use crate::fault::{Fault, random};
use authenticate::Believed;
use client::CoreClient;
pub use connection::{Connection, ConnectionFault};
use keys::AllKeys;
pub use look::{CoreLook, look};
use tenant::Tenant;

/// No access token is believed for longer, whatever the core says, so that notes of revoked ones may be forgotten.
const LONGEST_LIFE: Duration = Duration::from_hours(24);
/// A tenant that nobody used for so long is forgotten; its next use reads its revocations again.
const TENANT_IDLE: Duration = Duration::from_hours(1);
/// An address at which nobody tried to sign in for so long has no queue.
const TURN_IDLE: Duration = Duration::from_mins(5);
/// For so long a session lasts without a refresh, until the core has said it.
const REFRESH_VALIDITY: Duration = Duration::from_hours(2400);

/// How to reach a core.
#[derive(Clone, PartialEq, Eq)]
pub struct CoreConfig {
    /// Its addresses.
    pub connection: Connection,
    /// What it wants to be told.
    pub api_key: Option<String>,
}

/// Settings with which no core could be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CoreFault {
    /// No browser would honour them.
    #[error(transparent)]
    Sessions(#[from] ConfigFault),
    /// No header could carry it.
    #[error("the API key holds characters that may not stand in a header")]
    ApiKey,
    /// Nothing could be trusted over TLS.
    #[error("the machine's certificates cannot be used: {0}")]
    Certificates(String),
}

/// See the module.
pub struct CoreIdentity {
    core: CoreClient,
    stores: Arc<dyn Stores>,
    clock: Arc<dyn Clock>,
    config: IdentityConfig,
    tenants: AsyncCache<TenantId, Arc<Tenant>>,
    keys: AllKeys,
    /// By its text: a hash that an attacker cannot aim at, and the whole of it compared.
    believed: AsyncCache<String, Arc<Believed>, RandomState>,
    turns: Cache<(TenantId, Email), Arc<Mutex<()>>>,
    places: Semaphore,
    /// Milliseconds; as the core said last.
    refresh_validity: AtomicI64,
    started: Timestamp,
}

impl CoreIdentity {
    /// Over these stores. Connects to nothing yet.
    pub fn new(
        stores: Arc<dyn Stores>,
        clock: Arc<dyn Clock>,
        config: IdentityConfig,
        core: &CoreConfig,
    ) -> Result<Self, CoreFault> {
        config.sessions.check()?;
        Ok(Self {
            core: CoreClient::new(core)?,
            stores,
            tenants: AsyncCache::builder().time_to_idle(TENANT_IDLE).build(),
            keys: AllKeys::default(),
            believed: AsyncCache::builder()
                .max_capacity(config.token_cache)
                .time_to_live(LONGEST_LIFE)
                .build_with_hasher(RandomState::new()),
            turns: Cache::builder().time_to_idle(TURN_IDLE).build(),
            places: Semaphore::new(PASSWORD_PLACES),
            refresh_validity: AtomicI64::new(millis(REFRESH_VALIDITY)),
            started: clock.now(),
            clock,
            config,
        })
    }

    /// How long a session lasts without a refresh, in milliseconds.
    fn refresh_validity(&self) -> i64 {
        self.refresh_validity.load(Ordering::Relaxed)
    }

    fn learn_refresh_validity(&self, ms: i64) {
        self.refresh_validity.store(ms, Ordering::Relaxed);
    }
}

impl std::fmt::Debug for CoreConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CoreConfig").field("connection", &self.connection).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for CoreIdentity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CoreIdentity").field("core", &self.core).finish_non_exhaustive()
    }
}

fn millis(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}
