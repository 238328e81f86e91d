//! What a guest instance carries on the host's side: the services of its feature, and the call it is serving. One
//! call at a time, so a capability never has to ask whose call it is.

use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use p2p_context::{Deadline, FeatureName, Origin, RequestContext, Scope, TenantId};
use p2p_identity::{Identity, IdentityCall, RequestTokens, Sealer};
use p2p_storage::{FeatureStores, StoreCall};
use p2p_tenants::{Digest, FeatureLimits};
use uuid::Uuid;

use crate::directory::Directory;
use crate::letter::Stationery;
use crate::meter::MemoryLimiter;
use crate::renderings::Renderings;
use crate::turns::Turns;

/// Everything the capabilities of one installed feature stand on. Shared by its instances.
pub struct FeatureServices {
    /// Whose data.
    pub scope: Scope,
    /// Which bytes.
    pub digest: Digest,
    /// Its stores.
    pub stores: FeatureStores,
    /// Credentials and sessions of the tenant.
    pub identity: Arc<dyn Identity>,
    /// Seals with the feature's own key.
    pub sealer: Sealer,
    /// Who is who in the tenant.
    pub directory: Arc<Directory>,
    /// Markdown that was rendered before.
    pub renderings: Arc<Renderings>,
    /// Where calls that compute for long wait.
    pub turns: Arc<Turns>,
    /// What it needs to queue letters.
    pub stationery: Stationery,
    /// Settings as JSON.
    pub settings: Vec<u8>,
    /// Bounds of a call.
    pub limits: FeatureLimits,
    /// The only time there is.
    pub clock: Arc<dyn p2p_context::Clock>,
}

/// The call an instance is serving.
pub struct CallState {
    /// Who, when, until when.
    pub context: RequestContext,
    /// The same for records of who did what. Never comes from the guest.
    pub origin: Arc<Origin>,
    /// Session tokens of the request.
    pub tokens: RequestTokens,
    /// The event being handled, until its first write has recorded it.
    pub handling: Option<Uuid>,
    /// The feature's SQL store has recorded the event with one of these writes.
    pub is_recorded: bool,
    /// Session headers the host issued in this call; the only ones the response may carry.
    pub issued: Vec<(String, String)>,
    /// Time inside host calls.
    pub host_calls: Duration,
    /// Events it may still emit.
    pub events_left: u32,
    /// Letters it may still queue.
    pub mails_left: u32,
    /// Log lines it may still write.
    pub log_lines_left: u32,
    /// Log lines that were dropped.
    pub log_lines_dropped: u32,
}

/// The data of a wasmtime store.
pub struct GuestState {
    pub(crate) services: Arc<FeatureServices>,
    pub(crate) limiter: MemoryLimiter,
    /// Slices of computing that the call has had.
    slices: u32,
    call: Option<CallState>,
}

impl FeatureServices {
    /// The tenant.
    pub fn tenant(&self) -> &TenantId {
        &self.scope.tenant
    }

    /// The feature.
    pub fn feature(&self) -> &FeatureName {
        &self.scope.feature
    }

    /// Whether the topic is one this feature may emit.
    pub fn owns_topic(&self, topic: &str) -> bool {
        let owner = topic.split_once('.').map(|(owner, _)| owner);
        owner == Some(self.feature().as_str()) && p2p_tenants::manifest::is_topic(topic)
    }

    /// A use of identity of the host's own, until this deadline.
    pub fn identity_call(&self, deadline: Deadline) -> IdentityCall {
        IdentityCall::new(self.tenant().clone(), deadline)
    }

    /// A use of identity on behalf of whoever made the call.
    pub fn identity_call_of(&self, call: &StoreCall) -> IdentityCall {
        self.identity_call(call.deadline).on_behalf_of(Origin::clone(&call.origin))
    }
}

impl CallState {
    /// A call that has not begun.
    pub fn new(
        context: RequestContext,
        tokens: RequestTokens,
        handling: Option<Uuid>,
        limits: &FeatureLimits,
    ) -> Self {
        Self {
            origin: Arc::new(context.origin()),
            context,
            tokens,
            handling,
            is_recorded: false,
            issued: Vec::new(),
            host_calls: Duration::ZERO,
            events_left: limits.events_per_call,
            mails_left: limits.mails_per_call,
            log_lines_left: limits.log_lines_per_call,
            log_lines_dropped: 0,
        }
    }

    /// A write to the SQL store was kept, and the record of the event being handled with it.
    pub fn kept_in_sql(&mut self) {
        self.is_recorded |= self.handling.take().is_some();
    }
}

impl GuestState {
    /// An instance's state between calls.
    pub fn new(services: Arc<FeatureServices>) -> Self {
        let limiter = MemoryLimiter::new(services.limits.memory_bytes());
        Self { services, limiter, slices: 0, call: None }
    }

    /// Begins a call.
    pub fn begin(&mut self, call: CallState) {
        self.limiter.begin();
        self.slices = 0;
        self.call = Some(call);
    }

    /// Ends the call and takes what it left.
    pub fn end(&mut self) -> Option<CallState> {
        self.call.take()
    }

    /// The call being served. Guest code that runs outside a call (a start function) gets a trap instead.
    pub fn call(&mut self) -> wasmtime::Result<&mut CallState> {
        self.call.as_mut().ok_or_else(|| wasmtime::format_err!("host function called outside a call"))
    }

    /// When the current call must be over; none between calls.
    pub fn deadline(&self) -> Option<Instant> {
        self.call.as_ref().map(|call| call.context.deadline.instant())
    }

    /// Counts a slice; answers what to wait for before the next.
    pub fn end_slice(&mut self) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        self.slices = self.slices.saturating_add(1);
        self.services.turns.next(self.slices)
    }

    /// The services and the bounds of one store operation.
    pub fn store_use(&mut self) -> wasmtime::Result<(Arc<FeatureServices>, StoreCall)> {
        let services = Arc::clone(&self.services);
        let call = self.call()?;
        let origin = Arc::clone(&call.origin);
        Ok((services, StoreCall { deadline: call.context.deadline, handling: call.handling, origin }))
    }
}
