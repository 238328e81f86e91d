//! `p2p:platform/secrets`: sealing with the feature's own key.

use crate::bindings::p2p::platform::secrets::{Error, Host};
use crate::state::GuestState;

impl Host for GuestState {
    fn seal(&mut self, plain: Vec<u8>) -> wasmtime::Result<Vec<u8>> {
        self.services.sealer.seal(&plain).map_err(|error| wasmtime::format_err!("seal: {error}"))
    }

    fn open(&mut self, sealed: Vec<u8>) -> wasmtime::Result<Result<Vec<u8>, Error>> {
        Ok(self.services.sealer.open(&sealed).map_err(|_| Error::Unreadable))
    }
}
