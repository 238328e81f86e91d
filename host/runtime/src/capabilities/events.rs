//! `p2p:platform/events`: events that belong to no other write.

use wasmtime::component::HasSelf;

use super::{Caller, EventRefusal, take_events, timed};
use crate::bindings::p2p::platform::events::{Error, Host, HostWithStore};
use crate::bindings::p2p::platform::types;
use crate::state::GuestState;

impl Host for GuestState {}

impl<T: Send> HostWithStore<T> for HasSelf<GuestState> {
    async fn emit(caller: &Caller<T>, events: Vec<types::Event>) -> wasmtime::Result<Result<(), Error>> {
        let events = match caller.with(|mut access| take_events(access.get(), events))? {
            Ok(events) => events,
            Err(EventRefusal::Denied) => return Ok(Err(Error::Denied)),
            Err(EventRefusal::Rejected) => return Ok(Err(Error::Rejected)),
        };
        let (services, call) = caller.with(|mut access| access.get().store_use())?;
        let answer = timed(caller, services.stores.outbox.emit(call, &events)).await?;
        Ok(answer.map_err(|_| Error::Unavailable))
    }
}
