//! `p2p:platform/callers`: who is calling, by headers. Here the host has settled that before the call; a component that
//! also runs elsewhere may ask all the same.

use p2p_context::Actor;
use p2p_identity::{AuthenticateError, RequestTokens};
use wasmtime::component::HasSelf;

use super::sessions::remember;
use super::{Caller, timed, unpack};
use crate::bindings::p2p::platform::callers::{Host, HostWithStore, Identified, Refusal};
use crate::state::GuestState;

impl Host for GuestState {}

impl<T: Send> HostWithStore<T> for HasSelf<GuestState> {
    async fn verify(
        caller: &Caller<T>,
        headers: Vec<u8>,
        safe: bool,
    ) -> wasmtime::Result<Result<Option<Identified>, Refusal>> {
        let headers = unpack(&headers).ok_or_else(|| wasmtime::format_err!("callers: not packed headers"))?;
        let texts =
            headers.iter().filter_map(|(name, value)| Some((*name, std::str::from_utf8(value).ok()?)));
        let tokens = RequestTokens::read(texts);
        let (services, call) = caller.with(|mut access| access.get().store_use())?;
        let identity = services.identity_call_of(&call);
        match timed(caller, services.identity.authenticate(&identity, &tokens, safe)).await? {
            Ok(actor) => Ok(Ok(actor.as_ref().map(convert_actor))),
            Err(error) => Ok(Err(convert_refusal(caller, error)?)),
        }
    }
}

fn convert_actor(actor: &Actor) -> Identified {
    Identified {
        user_id: actor.user_id.as_bytes().to_vec(),
        organization_id: actor.organization_id.map(|id| id.as_bytes().to_vec()),
        role: actor.role.as_str().to_owned(),
        platform_admin: actor.platform_admin,
        verified: actor.verified,
    }
}

fn convert_refusal<T: Send>(caller: &Caller<T>, error: AuthenticateError) -> wasmtime::Result<Refusal> {
    Ok(match error {
        AuthenticateError::TryRefresh | AuthenticateError::AntiCsrf => Refusal::TryRefresh,
        AuthenticateError::Unauthorised { clear } => Refusal::Ended(remember(caller, clear)?),
        AuthenticateError::Unavailable(reason) => {
            tracing::error!(reason, "session store unavailable");
            Refusal::Unavailable
        }
    })
}
