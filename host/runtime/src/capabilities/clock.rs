//! `p2p:platform/clock`: the only time a feature knows.

use crate::bindings::p2p::platform::clock::Host;
use crate::state::GuestState;

impl Host for GuestState {
    fn now(&mut self) -> wasmtime::Result<i64> {
        Ok(self.services.clock.now().0)
    }
}
