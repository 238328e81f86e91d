//! What every handler stands on. Made once by the server, shared by all requests.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use p2p_context::Clock;
use p2p_identity::audit::AuditLog;
use p2p_identity::{ApiKeys, Identity};
use p2p_runtime::Features;
use p2p_storage::Stores;
use p2p_tenants::{Hosts, Ledger};

use crate::health::StoreCheck;
use crate::metrics::Metrics;
use crate::openapi::Documents;
use crate::options::HttpOptions;
use crate::rates::Rates;

/// What the server hands in.
pub struct ServicesParts {
    /// Answers the tenants' routes.
    pub runtime: Arc<dyn Features>,
    /// Tells who is calling.
    pub identity: Arc<dyn Identity>,
    /// Asked for readiness; keys and the audit log are in them.
    pub stores: Arc<dyn Stores>,
    /// Which host means which tenant.
    pub hosts: Hosts,
    /// Shown by `/metrics`.
    pub ledger: Arc<Ledger>,
    /// Decides whether a signed link is still good.
    pub clock: Arc<dyn Clock>,
    /// The operator's decisions.
    pub options: HttpOptions,
}

/// The parts, and what this room keeps itself.
pub struct Services {
    pub(crate) parts: ServicesParts,
    pub(crate) metrics: Metrics,
    pub(crate) documents: Documents,
    pub(crate) store_check: StoreCheck,
    pub(crate) rates: Rates,
    pub(crate) keys: ApiKeys,
    pub(crate) audit: AuditLog,
    draining: AtomicBool,
}

impl Services {
    /// Puts them together.
    pub fn new(parts: ServicesParts) -> Arc<Self> {
        let metrics = Metrics::new(Arc::clone(&parts.ledger));
        let keys = ApiKeys::new(Arc::clone(&parts.stores), Arc::clone(&parts.clock));
        Arc::new(Self {
            metrics,
            rates: Rates::new(&parts.options.rates),
            keys,
            audit: AuditLog::new(Arc::clone(&parts.stores)),
            parts,
            documents: Documents::default(),
            store_check: StoreCheck::default(),
            draining: AtomicBool::new(false),
        })
    }

    /// From now on `/health/ready` says no, so that a load balancer looks elsewhere.
    pub fn begin_drain(&self) {
        self.draining.store(true, Relaxed);
    }

    /// To be called every second: writes down which keys were used, and forgets whose limits are whole again.
    pub async fn tick(&self) {
        self.rates.tidy();
        self.keys.tick().await;
    }

    pub(crate) fn is_draining(&self) -> bool {
        self.draining.load(Relaxed)
    }
}
