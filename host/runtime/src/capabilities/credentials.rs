//! `p2p:platform/credentials`: e-mail and password of people, over whichever core the tenant has.

use p2p_identity::CredentialError;
use uuid::Uuid;
use wasmtime::component::HasSelf;

use super::{Caller, timed};
use crate::bindings::p2p::platform::credentials::{Error, Host, HostWithStore};
use crate::state::GuestState;

impl Host for GuestState {}

impl<T: Send> HostWithStore<T> for HasSelf<GuestState> {
    async fn create(
        caller: &Caller<T>,
        email: String,
        password: String,
    ) -> wasmtime::Result<Result<String, Error>> {
        let (services, call) = caller.with(|mut access| access.get().store_use())?;
        let identity = services.identity_call(call.deadline);
        let create = services.identity.credential_create(&identity, &email, &password);
        Ok(timed(caller, create).await?.map(|user| user.to_string()).map_err(convert_error))
    }

    async fn activate(caller: &Caller<T>, user_id: String) -> wasmtime::Result<Result<(), Error>> {
        let Ok(user) = Uuid::parse_str(&user_id) else { return Ok(Err(Error::Missing)) };
        let (services, call) = caller.with(|mut access| access.get().store_use())?;
        let identity = services.identity_call(call.deadline);
        let activate = services.identity.credential_activate(&identity, user);
        Ok(timed(caller, activate).await?.map_err(convert_error))
    }

    async fn discard(caller: &Caller<T>, user_id: String) -> wasmtime::Result<Result<(), Error>> {
        let Ok(user) = Uuid::parse_str(&user_id) else { return Ok(Err(Error::Missing)) };
        let (services, call) = caller.with(|mut access| access.get().store_use())?;
        let identity = services.identity_call(call.deadline);
        let discard = services.identity.credential_discard(&identity, user);
        Ok(timed(caller, discard).await?.map_err(convert_error))
    }

    async fn verify(
        caller: &Caller<T>,
        email: String,
        password: String,
    ) -> wasmtime::Result<Result<String, Error>> {
        let (services, call) = caller.with(|mut access| access.get().store_use())?;
        let identity = services.identity_call(call.deadline);
        let verify = services.identity.credential_verify(&identity, &email, &password);
        Ok(timed(caller, verify).await?.map(|user| user.to_string()).map_err(convert_error))
    }
}

fn convert_error(error: CredentialError) -> Error {
    match error {
        CredentialError::InvalidEmail => Error::InvalidEmail,
        CredentialError::WeakPassword(_) => Error::WeakPassword,
        CredentialError::EmailTaken => Error::EmailTaken,
        CredentialError::WrongCredentials => Error::WrongCredentials,
        CredentialError::Locked(seconds) => Error::Locked(seconds),
        CredentialError::Missing => Error::Missing,
        CredentialError::Busy => Error::Busy,
        CredentialError::Timeout => Error::Timeout,
        CredentialError::Unavailable(reason) => {
            tracing::error!(reason, "credential store unavailable");
            Error::Unavailable
        }
    }
}
