//! One call under way: the instance it holds and what it has spent. Its line in the ledger is written however it ends,
//! also when nobody waits for the answer any more.

use std::time::Duration;

use p2p_tenants::ledger::Account;
use p2p_tenants::{CallRecord, Outcome};

use crate::call::DispatchErrorKind;
use crate::guest::Guest;
use crate::state::CallState;

/// See the module. Dropped before it ended, it counts as cancelled, and the instance goes with it.
pub struct Running<'a> {
    account: &'a Account,
    outcome: Outcome,
    /// The instance; gone once the call has ended.
    guest: Option<Guest>,
    /// Time on a thread so far.
    pub spent: Duration,
}

impl<'a> Running<'a> {
    /// Begins a call on an instance.
    pub fn begin(account: &'a Account, mut guest: Guest, call: CallState) -> Self {
        guest.store.data_mut().begin(call);
        Self { account, outcome: Outcome::Cancelled, guest: Some(guest), spent: Duration::ZERO }
    }

    /// The instance, and where to add the time it takes.
    pub fn parts(&mut self) -> Option<(&mut Guest, &mut Duration)> {
        Some((self.guest.as_mut()?, &mut self.spent))
    }

    /// Ends the call; answers the instance if it may serve another one.
    pub fn end(mut self, failed: Option<DispatchErrorKind>) -> Option<Guest> {
        self.outcome = outcome(failed);
        self.write_down();
        let mut guest = self.guest.take()?;
        guest.store.data_mut().end();
        failed.is_none().then_some(guest)
    }

    fn write_down(&mut self) {
        let Some(guest) = &mut self.guest else { return };
        let state = guest.store.data_mut();
        let peak_memory = state.limiter.peak() as u64;
        let host_calls = state.call().map_or(Duration::ZERO, |call| call.host_calls);
        self.account.record(CallRecord { outcome: self.outcome, cpu: self.spent, host_calls, peak_memory });
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.write_down();
    }
}

/// A call that never reached an instance.
pub fn record_refusal(account: &Account, kind: DispatchErrorKind) {
    let none = Duration::ZERO;
    account.record(CallRecord { outcome: outcome(Some(kind)), cpu: none, host_calls: none, peak_memory: 0 });
}

fn outcome(failed: Option<DispatchErrorKind>) -> Outcome {
    match failed {
        None => Outcome::Ok,
        Some(DispatchErrorKind::Busy) => Outcome::Busy,
        Some(DispatchErrorKind::Deadline) => Outcome::Deadline,
        Some(DispatchErrorKind::Memory) => Outcome::Memory,
        Some(DispatchErrorKind::Trapped) => Outcome::Trapped,
        Some(DispatchErrorKind::NotEnabled | DispatchErrorKind::Unsupported) => Outcome::Refused,
    }
}
