//! `p2p:platform/sessions`: opens, rotates and ends sessions. Remembers every header it hands to a guest, so that
//! only those may come back on the response.

use p2p_identity::SessionError;
use uuid::Uuid;
use wasmtime::component::HasSelf;

use super::{Caller, pack, timed};
use crate::bindings::p2p::platform::sessions::{Error, Host, HostWithStore, Issued, OpenSession};
use crate::state::GuestState;

impl Host for GuestState {}

type Headers = Vec<(String, String)>;

impl<T: Send> HostWithStore<T> for HasSelf<GuestState> {
    async fn create(
        caller: &Caller<T>,
        user_id: String,
        claims: Vec<u8>,
    ) -> wasmtime::Result<Result<Issued, Error>> {
        let user = parse_user(&user_id)?;
        let claims = serde_json::from_slice(&claims)?;
        let (services, call) = caller.with(|mut access| access.get().store_use())?;
        let tokens = caller.with(|mut access| access.get().call().map(|call| call.tokens.clone()))?;
        let identity = services.identity_call_of(&call);
        let create = services.identity.session_create(&identity, &tokens, user, claims);
        let answer = timed(caller, create).await?;
        issue(caller, answer)
    }

    async fn refresh(caller: &Caller<T>) -> wasmtime::Result<Result<Issued, Error>> {
        let (services, call) = caller.with(|mut access| access.get().store_use())?;
        let tokens = caller.with(|mut access| access.get().call().map(|call| call.tokens.clone()))?;
        let identity = services.identity_call_of(&call);
        let answer = timed(caller, services.identity.session_refresh(&identity, &tokens)).await?;
        issue(caller, answer)
    }

    async fn revoke(caller: &Caller<T>) -> wasmtime::Result<Result<Vec<u8>, Error>> {
        let (services, call) = caller.with(|mut access| access.get().store_use())?;
        let tokens = caller.with(|mut access| access.get().call().map(|call| call.tokens.clone()))?;
        let identity = services.identity_call_of(&call);
        match timed(caller, services.identity.session_revoke(&identity, &tokens)).await? {
            Ok(headers) => Ok(Ok(remember(caller, headers)?)),
            Err(error) => Ok(Err(convert_error(caller, error)?)),
        }
    }

    async fn revoke_user(caller: &Caller<T>, user_id: String) -> wasmtime::Result<Result<(), Error>> {
        let user = parse_user(&user_id)?;
        let (services, call) = caller.with(|mut access| access.get().store_use())?;
        let identity = services.identity_call_of(&call);
        match timed(caller, services.identity.session_revoke_user(&identity, user)).await? {
            Ok(()) => Ok(Ok(())),
            Err(error) => Ok(Err(convert_error(caller, error)?)),
        }
    }

    async fn update_claims(
        caller: &Caller<T>,
        user_id: String,
        claims: Vec<u8>,
    ) -> wasmtime::Result<Result<(), Error>> {
        let user = parse_user(&user_id)?;
        let claims = serde_json::from_slice(&claims)?;
        let (services, call) = caller.with(|mut access| access.get().store_use())?;
        let identity = services.identity_call_of(&call);
        match timed(caller, services.identity.session_update_claims(&identity, user, claims)).await? {
            Ok(()) => Ok(Ok(())),
            Err(error) => Ok(Err(convert_error(caller, error)?)),
        }
    }

    async fn restate(caller: &Caller<T>, claims: Vec<u8>) -> wasmtime::Result<Result<Vec<u8>, Error>> {
        let claims = serde_json::from_slice(&claims)?;
        let (services, call) = caller.with(|mut access| access.get().store_use())?;
        let tokens = caller.with(|mut access| access.get().call().map(|call| call.tokens.clone()))?;
        let identity = services.identity_call_of(&call);
        match timed(caller, services.identity.session_restate(&identity, &tokens, claims)).await? {
            Ok(issued) => Ok(Ok(remember(caller, issued.headers)?)),
            Err(error) => Ok(Err(convert_error(caller, error)?)),
        }
    }

    async fn list_user(
        caller: &Caller<T>,
        user_id: String,
    ) -> wasmtime::Result<Result<Vec<OpenSession>, Error>> {
        let user = parse_user(&user_id)?;
        let (services, call) = caller.with(|mut access| access.get().store_use())?;
        let tokens = caller.with(|mut access| access.get().call().map(|call| call.tokens.clone()))?;
        let identity = services.identity_call_of(&call);
        match timed(caller, services.identity.session_list(&identity, &tokens, user)).await? {
            Ok(sessions) => Ok(Ok(sessions.into_iter().map(convert_session).collect())),
            Err(error) => Ok(Err(convert_error(caller, error)?)),
        }
    }

    async fn revoke_one(
        caller: &Caller<T>,
        user_id: String,
        handle: String,
    ) -> wasmtime::Result<Result<bool, Error>> {
        let user = parse_user(&user_id)?;
        let (services, call) = caller.with(|mut access| access.get().store_use())?;
        let identity = services.identity_call_of(&call);
        match timed(caller, services.identity.session_revoke_one(&identity, user, &handle)).await? {
            Ok(found) => Ok(Ok(found)),
            Err(error) => Ok(Err(convert_error(caller, error)?)),
        }
    }

    async fn revoke_others(caller: &Caller<T>, user_id: String) -> wasmtime::Result<Result<(), Error>> {
        let user = parse_user(&user_id)?;
        let (services, call) = caller.with(|mut access| access.get().store_use())?;
        let tokens = caller.with(|mut access| access.get().call().map(|call| call.tokens.clone()))?;
        let identity = services.identity_call_of(&call);
        match timed(caller, services.identity.session_revoke_others(&identity, &tokens, user)).await? {
            Ok(()) => Ok(Ok(())),
            Err(error) => Ok(Err(convert_error(caller, error)?)),
        }
    }
}

fn convert_session(session: p2p_identity::OpenSession) -> OpenSession {
    OpenSession {
        handle: session.handle,
        created_at: session.created_at.0,
        refreshed_at: session.refreshed_at.0,
        expires_at: session.expires_at.0,
        user_agent: session.user_agent,
        is_current: session.is_current,
    }
}

fn parse_user(user_id: &str) -> wasmtime::Result<Uuid> {
    Uuid::parse_str(user_id).map_err(|_| wasmtime::format_err!("sessions: a user id is a UUID"))
}

fn issue<T: Send>(
    caller: &Caller<T>,
    answer: Result<p2p_identity::Issued, SessionError>,
) -> wasmtime::Result<Result<Issued, Error>> {
    match answer {
        Ok(issued) => Ok(Ok(Issued { handle: issued.handle, headers: remember(caller, issued.headers)? })),
        Err(error) => Ok(Err(convert_error(caller, error)?)),
    }
}

pub(super) fn remember<T: Send>(caller: &Caller<T>, headers: Headers) -> wasmtime::Result<Vec<u8>> {
    let mut packed = Vec::with_capacity(1024);
    for (name, value) in &headers {
        pack(&mut packed, name, value.as_bytes());
    }
    caller.with(|mut access| access.get().call().map(|call| call.issued.extend(headers)))?;
    Ok(packed)
}

fn convert_error<T: Send>(caller: &Caller<T>, error: SessionError) -> wasmtime::Result<Error> {
    Ok(match error {
        SessionError::Absent => Error::Absent,
        SessionError::Invalid(headers) => Error::Invalid(remember(caller, headers)?),
        SessionError::Reused(headers) => Error::Reused(remember(caller, headers)?),
        SessionError::Timeout => Error::Timeout,
        SessionError::Unavailable(reason) => {
            tracing::error!(reason, "session store unavailable");
            Error::Unavailable
        }
    })
}
