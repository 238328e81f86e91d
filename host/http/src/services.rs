//! What every handler stands on. Made once by the server, shared by all requests.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use p2p_context::Clock;
use p2p_identity::Identity;
use p2p_runtime::Features;
use p2p_storage::Stores;
use p2p_tenants::{Hosts, Ledger};

use crate::health::StoreCheck;
use crate::metrics::Metrics;
use crate::openapi::Documents;
use crate::options::HttpOptions;

/// What the server hands in.
pub struct ServicesParts {
    /// Answers the tenants' routes.
    pub runtime: Arc<dyn Features>,
    /// Tells who is calling.
    pub identity: Arc<dyn Identity>,
    /// Asked for readiness only.
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
    draining: AtomicBool,
}

impl Services {
    /// Puts them together.
    pub fn new(parts: ServicesParts) -> Arc<Self> {
        let metrics = Metrics::new(Arc::clone(&parts.ledger));
        Arc::new(Self {
            parts,
            metrics,
            documents: Documents::default(),
            store_check: StoreCheck::default(),
            draining: AtomicBool::new(false),
        })
    }

    /// From now on `/health/ready` says no, so that a load balancer looks elsewhere.
    pub fn begin_drain(&self) {
        self.draining.store(true, Relaxed);
    }

    pub(crate) fn is_draining(&self) -> bool {
        self.draining.load(Relaxed)
    }
}
