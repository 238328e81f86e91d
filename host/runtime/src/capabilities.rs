//! The platform interfaces, one module each: check the grant's scope, call a port, translate its errors into the
//! contract's. A capability never decides who the tenant is; the state of the call says so.

mod blobs;
mod cache;
mod callers;
mod clock;
mod config;
mod credentials;
mod directory;
mod documents;
mod events;
mod log;
mod mail;
mod packed_headers;
mod random;
mod secrets;
mod sessions;
mod sql;
mod text;

use std::future::Future;
use std::time::Instant;

use p2p_storage::Event;
use p2p_tenants::Grant;
use wasmtime::component::{Accessor, HasSelf, Linker};

use crate::bindings::p2p::{feature, platform};
use crate::state::GuestState;

pub(crate) use packed_headers::{pack, unpack};

/// Bytes of one event's payload.
const EVENT_PAYLOAD_MAX: usize = 64 << 10;

/// How a capability sees its caller.
type Caller<T> = Accessor<T, HasSelf<GuestState>>;

/// Adds one granted interface.
pub fn link(linker: &mut Linker<GuestState>, grant: Grant) -> wasmtime::Result<()> {
    fn own(state: &mut GuestState) -> &mut GuestState {
        state
    }
    type Own = HasSelf<GuestState>;
    match grant {
        Grant::Sql => platform::sql::add_to_linker::<_, Own>(linker, own),
        Grant::Documents => platform::documents::add_to_linker::<_, Own>(linker, own),
        Grant::Blobs => platform::blobs::add_to_linker::<_, Own>(linker, own),
        Grant::Text => platform::text::add_to_linker::<_, Own>(linker, own),
        Grant::Directory => platform::directory::add_to_linker::<_, Own>(linker, own),
        Grant::Events => platform::events::add_to_linker::<_, Own>(linker, own),
        Grant::Credentials => platform::credentials::add_to_linker::<_, Own>(linker, own),
        Grant::Sessions => platform::sessions::add_to_linker::<_, Own>(linker, own),
        Grant::Callers => platform::callers::add_to_linker::<_, Own>(linker, own),
        Grant::Mail => platform::mail::add_to_linker::<_, Own>(linker, own),
        Grant::Cache => platform::cache::add_to_linker::<_, Own>(linker, own),
        Grant::Config => platform::config::add_to_linker::<_, Own>(linker, own),
        Grant::Secrets => platform::secrets::add_to_linker::<_, Own>(linker, own),
        Grant::Log => platform::log::add_to_linker::<_, Own>(linker, own),
        Grant::Clock => platform::clock::add_to_linker::<_, Own>(linker, own),
        Grant::Random => platform::random::add_to_linker::<_, Own>(linker, own),
        // Designed, not fulfilled: `contract::check` refuses them by name before this is reached.
        Grant::Live | Grant::Notifications | Grant::Http => Ok(()),
    }
}

/// Adds the interfaces that only carry types.
pub fn link_types(linker: &mut Linker<GuestState>) -> wasmtime::Result<()> {
    fn own(state: &mut GuestState) -> &mut GuestState {
        state
    }
    platform::types::add_to_linker::<_, HasSelf<GuestState>>(linker, own)?;
    feature::types::add_to_linker::<_, HasSelf<GuestState>>(linker, own)
}

impl platform::types::Host for GuestState {}
impl feature::types::Host for GuestState {}

/// Runs a host call and adds the time it took to the call's account.
async fn timed<T: Send, R>(caller: &Caller<T>, operation: impl Future<Output = R>) -> wasmtime::Result<R> {
    let begun = Instant::now();
    let answer = operation.await;
    caller.with(|mut access| {
        access.get().call()?.host_calls += begun.elapsed();
        Ok(answer)
    })
}

/// What is wrong with events a guest wants to leave behind.
enum EventRefusal {
    /// Another feature's topic, or more than the call may emit.
    Denied,
    /// A payload that is no JSON object or is too large.
    Rejected,
}

/// Checks and converts events; counts them against the call's allowance.
fn take_events(
    state: &mut GuestState,
    events: Vec<platform::types::Event>,
) -> wasmtime::Result<Result<Vec<Event>, EventRefusal>> {
    if events.is_empty() {
        return Ok(Ok(Vec::new()));
    }
    if events.iter().any(|event| !state.services.owns_topic(&event.topic) || event.key.len() > 200) {
        return Ok(Err(EventRefusal::Denied));
    }
    if events.iter().any(|event| !is_payload(&event.payload)) {
        return Ok(Err(EventRefusal::Rejected));
    }
    let call = state.call()?;
    let wanted = u32::try_from(events.len()).unwrap_or(u32::MAX);
    let Some(left) = call.events_left.checked_sub(wanted) else {
        return Ok(Err(EventRefusal::Denied));
    };
    call.events_left = left;
    Ok(Ok(events.into_iter().map(convert_event).collect()))
}

fn convert_event(event: platform::types::Event) -> Event {
    Event { topic: event.topic, key: event.key, payload: event.payload }
}

fn is_payload(payload: &[u8]) -> bool {
    payload.len() <= EVENT_PAYLOAD_MAX
        && serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(payload).is_ok()
}
