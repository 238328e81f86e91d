//! What goes into a feature and what comes out, in plain types: no axum, no wasmtime.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use p2p_context::{FeatureName, TenantId, Timestamp};
use p2p_identity::RequestTokens;
use p2p_tenants::Digest;
use uuid::Uuid;

/// A request on its way into a feature.
#[derive(Debug, Clone, Default)]
pub struct FeatureRequest {
    /// Upper case.
    pub method: String,
    /// Below `/api/v1`, percent-encoded, without a trailing slash.
    pub path: String,
    /// What stood behind `?`, or empty.
    pub query: String,
    /// As sent; cookies, authorization and session headers are dropped here before the guest sees them.
    pub headers: HeaderMap,
    /// At most the route's limit.
    pub body: Bytes,
    /// Files that were staged.
    pub uploads: Vec<Upload>,
    /// Session tokens of the request, for the `sessions` capability; never shown to the guest.
    pub tokens: RequestTokens,
}

/// A staged file.
#[derive(Debug, Clone)]
pub struct Upload {
    /// Form field.
    pub field: String,
    /// Last path segment of the client's name, control characters removed.
    pub filename: String,
    /// As found in the bytes.
    pub media_type: String,
    /// Bytes.
    pub size: u64,
    /// Lower-case hex.
    pub sha256: String,
    /// First bytes, at most 512.
    pub head: Vec<u8>,
    /// Id in staging.
    pub staged_id: String,
}

/// What a feature answered, checked: every header is one that a feature may set.
#[derive(Debug, Clone)]
pub struct FeatureResponse {
    /// 200–599.
    pub status: u16,
    /// In the guest's order.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// At most the feature's response limit.
    pub body: Bytes,
}

/// An event on its way into a feature.
#[derive(Debug, Clone)]
pub struct FeatureEvent {
    /// The same at every redelivery.
    pub id: Uuid,
    /// `feature.noun.verb`.
    pub topic: String,
    /// What it is about.
    pub key: String,
    /// JSON object.
    pub payload: Vec<u8>,
    /// When it was committed.
    pub committed_at: Timestamp,
    /// 1 at the first try.
    pub attempt: u32,
}

/// A job that is due.
#[derive(Debug, Clone)]
pub struct FeatureJob {
    /// By its manifest.
    pub name: String,
    /// The moment it is run for, however late that is.
    pub due_at: Timestamp,
}

/// What a feature said to an event or a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventAnswer {
    /// Whatever it was to bring about is there.
    Done,
    /// The same, and its SQL store has recorded the event with it.
    Recorded,
    /// Try again later.
    Retry,
    /// It will never work.
    Refuse,
}

/// Why a call gave no answer of the feature's own.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{feature} ({digest}) of {tenant}: {kind}")]
pub struct DispatchError {
    /// Whose call.
    pub tenant: TenantId,
    /// Which feature.
    pub feature: FeatureName,
    /// Which bytes; empty when none are installed.
    pub digest: String,
    /// What happened.
    pub kind: DispatchErrorKind,
}

/// What happened to a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DispatchErrorKind {
    /// The tenant has no such feature.
    #[error("not enabled")]
    NotEnabled,
    /// Every place is taken and the queue is full or slow. Safe to try again.
    #[error("busy")]
    Busy,
    /// The call ran past its deadline.
    #[error("past its deadline")]
    Deadline,
    /// The guest wanted more memory than it may have.
    #[error("out of memory")]
    Memory,
    /// The guest trapped, or broke a rule of the contract.
    #[error("trapped")]
    Trapped,
    /// The component does not export what the call needs.
    #[error("unsupported")]
    Unsupported,
}

impl DispatchError {
    /// Whether the call certainly had no effect, so that anyone may try it again.
    pub fn is_retry_safe(&self) -> bool {
        matches!(self.kind, DispatchErrorKind::Busy | DispatchErrorKind::NotEnabled)
    }
}

/// A feature of a tenant, as an operator wants to see it.
#[derive(Debug, Clone)]
pub struct Installed {
    /// Whose.
    pub tenant: TenantId,
    /// Which bytes.
    pub digest: Digest,
    /// What it says of itself.
    pub manifest: std::sync::Arc<p2p_tenants::Manifest>,
    /// What it may import.
    pub grants: std::collections::BTreeSet<p2p_tenants::Grant>,
}
