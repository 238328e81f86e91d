//! `p2p:platform/credentials`: e-mail and password of people, over whichever core the tenant has.

use p2p_identity::CredentialError;
use uuid::Uuid;
use wasmtime::component::HasSelf;

use super::{Caller, timed};
use crate::bindings::p2p::platform::credentials::{Error, Host, HostWithStore, Proof, Proven};
use crate::state::GuestState;

impl Host for GuestState {}

impl<T: Send> HostWithStore<T> for HasSelf<GuestState> {
    async fn create(
        caller: &Caller<T>,
        email: String,
        password: String,
    ) -> wasmtime::Result<Result<String, Error>> {
        let (services, call) = caller.with(|mut access| access.get().store_use())?;
        let identity = services.identity_call_of(&call);
        let create = services.identity.credential_create(&identity, &email, &password);
        Ok(timed(caller, create).await?.map(|user| user.to_string()).map_err(convert_error))
    }

    async fn activate(caller: &Caller<T>, user_id: String) -> wasmtime::Result<Result<(), Error>> {
        let Ok(user) = Uuid::parse_str(&user_id) else { return Ok(Err(Error::Missing)) };
        let (services, call) = caller.with(|mut access| access.get().store_use())?;
        let identity = services.identity_call_of(&call);
        let activate = services.identity.credential_activate(&identity, user);
        Ok(timed(caller, activate).await?.map_err(convert_error))
    }

    async fn discard(caller: &Caller<T>, user_id: String) -> wasmtime::Result<Result<(), Error>> {
        let Ok(user) = Uuid::parse_str(&user_id) else { return Ok(Err(Error::Missing)) };
        let (services, call) = caller.with(|mut access| access.get().store_use())?;
        let identity = services.identity_call_of(&call);
        let discard = services.identity.credential_discard(&identity, user);
        Ok(timed(caller, discard).await?.map_err(convert_error))
    }

    async fn verify(
        caller: &Caller<T>,
        email: String,
        password: String,
    ) -> wasmtime::Result<Result<String, Error>> {
        let (services, call) = caller.with(|mut access| access.get().store_use())?;
        let identity = services.identity_call_of(&call);
        let verify = services.identity.credential_verify(&identity, &email, &password);
        Ok(timed(caller, verify).await?.map(|user| user.to_string()).map_err(convert_error))
    }

    async fn exists(caller: &Caller<T>, email: String) -> wasmtime::Result<Result<bool, Error>> {
        let (services, call) = caller.with(|mut access| access.get().store_use())?;
        let identity = services.identity_call_of(&call);
        let find = services.identity.credential_by_email(&identity, &email);
        Ok(timed(caller, find).await?.map(|found| found.is_some()).map_err(convert_error))
    }

    async fn create_reset_token(
        caller: &Caller<T>,
        email: String,
    ) -> wasmtime::Result<Result<Option<Proof>, Error>> {
        let (services, call) = caller.with(|mut access| access.get().store_use())?;
        let identity = services.identity_call_of(&call);
        let create = services.identity.reset_token_create(&identity, &email);
        Ok(timed(caller, create).await?.map(|proof| proof.map(convert_proof)).map_err(convert_error))
    }

    async fn reset_password(
        caller: &Caller<T>,
        token: String,
        password: String,
    ) -> wasmtime::Result<Result<Proven, Error>> {
        let (services, call) = caller.with(|mut access| access.get().store_use())?;
        let identity = services.identity_call_of(&call);
        let reset = services.identity.password_reset(&identity, &token, &password);
        Ok(timed(caller, reset).await?.map(convert_proven).map_err(convert_error))
    }

    async fn change_password(
        caller: &Caller<T>,
        user_id: String,
        old: String,
        new: String,
    ) -> wasmtime::Result<Result<(), Error>> {
        let Ok(user) = Uuid::parse_str(&user_id) else { return Ok(Err(Error::Missing)) };
        let (services, call) = caller.with(|mut access| access.get().store_use())?;
        let tokens = caller.with(|mut access| access.get().call().map(|call| call.tokens.clone()))?;
        let identity = services.identity_call_of(&call);
        let change = services.identity.password_change(&identity, &tokens, user, &old, &new);
        Ok(timed(caller, change).await?.map_err(convert_error))
    }

    async fn create_verification_token(
        caller: &Caller<T>,
        user_id: String,
    ) -> wasmtime::Result<Result<Option<Proof>, Error>> {
        let Ok(user) = Uuid::parse_str(&user_id) else { return Ok(Err(Error::Missing)) };
        let (services, call) = caller.with(|mut access| access.get().store_use())?;
        let identity = services.identity_call_of(&call);
        let create = services.identity.verification_token_create(&identity, user);
        Ok(timed(caller, create).await?.map(|proof| proof.map(convert_proof)).map_err(convert_error))
    }

    async fn verify_email(caller: &Caller<T>, token: String) -> wasmtime::Result<Result<Proven, Error>> {
        let (services, call) = caller.with(|mut access| access.get().store_use())?;
        let identity = services.identity_call_of(&call);
        let verify = services.identity.email_verify(&identity, &token);
        Ok(timed(caller, verify).await?.map(convert_proven).map_err(convert_error))
    }

    async fn is_verified(caller: &Caller<T>, user_id: String) -> wasmtime::Result<Result<bool, Error>> {
        let Ok(user) = Uuid::parse_str(&user_id) else { return Ok(Err(Error::Missing)) };
        let (services, call) = caller.with(|mut access| access.get().store_use())?;
        let identity = services.identity_call_of(&call);
        Ok(timed(caller, services.identity.email_is_verified(&identity, user)).await?.map_err(convert_error))
    }
}

fn convert_proof(proof: p2p_identity::Proof) -> Proof {
    Proof { user_id: proof.user.to_string(), email: proof.email, token: proof.token }
}

fn convert_proven(proven: p2p_identity::Proven) -> Proven {
    Proven { user_id: proven.user.to_string(), email: proven.email }
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
