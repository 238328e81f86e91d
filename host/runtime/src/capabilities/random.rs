//! `p2p:platform/random`: the only randomness a feature knows.

use rand::TryRngCore;
use rand::rngs::OsRng;

use crate::bindings::p2p::platform::random::Host;
use crate::state::GuestState;

/// Bytes of one answer.
const LENGTH_MAX: u32 = 4096;

impl Host for GuestState {
    fn bytes(&mut self, length: u32) -> wasmtime::Result<Vec<u8>> {
        wasmtime::ensure!(length <= LENGTH_MAX, "random: at most {LENGTH_MAX} bytes in one call");
        let mut bytes = vec![0; length as usize];
        OsRng.try_fill_bytes(&mut bytes).map_err(|error| wasmtime::format_err!("no randomness: {error}"))?;
        Ok(bytes)
    }

    fn uuid(&mut self) -> wasmtime::Result<Vec<u8>> {
        Ok(p2p_context::new_uuid().as_bytes().to_vec())
    }
}
