//! `p2p:platform/config`: the tenant's settings of the feature.

use crate::bindings::p2p::platform::config::Host;
use crate::state::GuestState;

impl Host for GuestState {
    fn settings(&mut self) -> wasmtime::Result<Vec<u8>> {
        Ok(self.services.settings.clone())
    }
}
