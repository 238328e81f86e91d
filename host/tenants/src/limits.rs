//! What one feature of one tenant may use at a time. Defaults fit a small server; a tenants file may change each.

use std::time::Duration;

use serde::Deserialize;

/// Bounds of every call of a feature in a tenant.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FeatureLimits {
    /// Longest call, milliseconds.
    pub deadline_ms: u64,
    /// Linear memory of one instance, MiB.
    pub memory_mb: u32,
    /// Calls at the same time.
    pub concurrency: u32,
    /// Calls that may wait for a place.
    pub queue: u32,
    /// Longest wait for a place, milliseconds.
    pub queue_wait_ms: u64,
    /// Largest response body, KiB.
    pub response_kb: u32,
    /// Bytes that may cross into the host by one import call, KiB.
    pub transfer_kb: u32,
    /// Calls an instance serves before it is thrown away.
    pub calls_per_instance: u32,
    /// Events one call may emit.
    pub events_per_call: u32,
    /// Letters one call may queue.
    pub mails_per_call: u32,
    /// Log lines one call may write.
    pub log_lines_per_call: u32,
}

impl Default for FeatureLimits {
    fn default() -> Self {
        Self {
            deadline_ms: 5_000,
            memory_mb: 64,
            concurrency: 32,
            queue: 2_000,
            queue_wait_ms: 2_000,
            response_kb: 4_096,
            transfer_kb: 4_096,
            calls_per_instance: 1_000,
            events_per_call: 64,
            mails_per_call: 64,
            log_lines_per_call: 64,
        }
    }
}

impl FeatureLimits {
    /// Longest call.
    pub fn deadline(&self) -> Duration {
        Duration::from_millis(self.deadline_ms)
    }

    /// Longest wait for a place.
    pub fn queue_wait(&self) -> Duration {
        Duration::from_millis(self.queue_wait_ms)
    }

    /// Linear memory of one instance, bytes.
    pub fn memory_bytes(&self) -> usize {
        (self.memory_mb as usize) << 20
    }
}
