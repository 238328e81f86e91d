//! What every call used, summed per tenant, feature and route. Written once per call without a lock that waits on
//! another tenant; read by `/metrics`.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, RwLock};
use std::time::Duration;

use p2p_context::{FeatureName, TenantId};

/// What kind of call it was.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CallKind {
    /// A request, by its route (`GET /forums/topics`).
    Route(Arc<str>),
    /// An event, by its topic.
    Event(Arc<str>),
    /// A job (`job sweep`).
    Job(Arc<str>),
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the cases of DispatchError by their names, and a caller who went away")]
pub enum Outcome {
    Ok,
    Busy,
    Deadline,
    Memory,
    Trapped,
    Refused,
    Cancelled,
}

/// One call's use.
#[derive(Debug, Clone, Copy)]
pub struct CallRecord {
    /// How it ended.
    pub outcome: Outcome,
    /// Time on a thread, in the guest and in the glue around it, without waiting.
    pub cpu: Duration,
    /// Time inside host calls, waiting included.
    pub host_calls: Duration,
    /// Largest linear memory, bytes.
    pub peak_memory: u64,
}

/// Sums of one (tenant, feature, kind).
#[derive(Debug, Default)]
pub struct Account {
    calls: [AtomicU64; 7],
    cpu_us: AtomicU64,
    host_call_us: AtomicU64,
    peak_memory: AtomicU64,
}

type Key = (TenantId, FeatureName, CallKind);

/// All accounts of this process.
#[derive(Debug, Default)]
pub struct Ledger {
    accounts: RwLock<HashMap<Key, Arc<Account>>>,
}

impl Ledger {
    /// The account of a route or topic; keep it beside the route, so that a call pays no look-up.
    pub fn account(&self, tenant: &TenantId, feature: &FeatureName, kind: CallKind) -> Arc<Account> {
        let key = (tenant.clone(), feature.clone(), kind);
        let known = self.accounts.read().unwrap_or_else(|e| e.into_inner()).get(&key).cloned();
        known.unwrap_or_else(|| {
            let mut accounts = self.accounts.write().unwrap_or_else(|e| e.into_inner());
            accounts.entry(key).or_default().clone()
        })
    }

    /// Visits every account in a stable order.
    pub fn each(&self, mut visit: impl FnMut(&TenantId, &FeatureName, &CallKind, &Account)) {
        let accounts = self.accounts.read().unwrap_or_else(|e| e.into_inner());
        let mut keys: Vec<_> = accounts.keys().collect();
        keys.sort();
        for key in keys {
            if let Some(account) = accounts.get(key) {
                visit(&key.0, &key.1, &key.2, account);
            }
        }
    }
}

impl Outcome {
    /// Every outcome, in the order of the sums.
    pub const ALL: [Self; 7] =
        [Self::Ok, Self::Busy, Self::Deadline, Self::Memory, Self::Trapped, Self::Refused, Self::Cancelled];

    /// The word used in metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Busy => "busy",
            Self::Deadline => "deadline",
            Self::Memory => "memory",
            Self::Trapped => "trapped",
            Self::Refused => "refused",
            Self::Cancelled => "cancelled",
        }
    }
}

impl Account {
    /// Adds one call.
    pub fn record(&self, call: CallRecord) {
        if let Some(count) = self.calls.get(call.outcome as usize) {
            count.fetch_add(1, Relaxed);
        }
        self.cpu_us.fetch_add(micros(call.cpu), Relaxed);
        self.host_call_us.fetch_add(micros(call.host_calls), Relaxed);
        self.peak_memory.fetch_max(call.peak_memory, Relaxed);
    }

    /// Calls that ended so.
    pub fn calls(&self, outcome: Outcome) -> u64 {
        self.calls.get(outcome as usize).map_or(0, |count| count.load(Relaxed))
    }

    /// Microseconds on a thread.
    pub fn cpu_us(&self) -> u64 {
        self.cpu_us.load(Relaxed)
    }

    /// Microseconds inside host calls.
    pub fn host_call_us(&self) -> u64 {
        self.host_call_us.load(Relaxed)
    }

    /// Largest linear memory of any call, bytes.
    pub fn peak_memory(&self) -> u64 {
        self.peak_memory.load(Relaxed)
    }
}

fn micros(span: Duration) -> u64 {
    u64::try_from(span.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_add_up_and_peaks_do_not() {
        let ledger = Ledger::default();
        let (tenant, feature) = (TenantId::new("t").unwrap(), FeatureName::new("f").unwrap());
        let account = ledger.account(&tenant, &feature, CallKind::Event("a.b.c".into()));
        for peak_memory in [10, 30, 20] {
            let span = Duration::from_micros(5);
            account.record(CallRecord { outcome: Outcome::Ok, cpu: span, host_calls: span, peak_memory });
        }
        let again = ledger.account(&tenant, &feature, CallKind::Event("a.b.c".into()));
        assert_eq!((again.calls(Outcome::Ok), again.cpu_us(), again.peak_memory()), (3, 15, 30));
        assert_eq!(again.calls(Outcome::Trapped), 0);
    }
}
