//! The SDK's credentials over the host's identity. Translates types; decides nothing.

use p2p_identity as identity;
use p2p_sdk::host::{Answer, CredentialError, Credentials, Proof, Proven};
use uuid::Uuid;

use super::call::NativeCall;

impl Credentials for NativeCall {
    fn create<'a>(
        &'a self,
        email: &'a str,
        password: &'a str,
    ) -> Answer<'a, Result<String, CredentialError>> {
        Answer::waiting(async move {
            let made = self.ground.identity.credential_create(&self.identity_call(), email, password).await;
            made.map(|user| user.to_string()).map_err(credential_error)
        })
    }

    fn activate<'a>(&'a self, user_id: &'a str) -> Answer<'a, Result<(), CredentialError>> {
        Answer::waiting(async move {
            let user = Uuid::parse_str(user_id).map_err(|_| CredentialError::Missing)?;
            let identity = &self.ground.identity;
            identity.credential_activate(&self.identity_call(), user).await.map_err(credential_error)
        })
    }

    fn discard<'a>(&'a self, user_id: &'a str) -> Answer<'a, Result<(), CredentialError>> {
        Answer::waiting(async move {
            let user = Uuid::parse_str(user_id).map_err(|_| CredentialError::Missing)?;
            let identity = &self.ground.identity;
            identity.credential_discard(&self.identity_call(), user).await.map_err(credential_error)
        })
    }

    fn verify<'a>(
        &'a self,
        email: &'a str,
        password: &'a str,
    ) -> Answer<'a, Result<String, CredentialError>> {
        Answer::waiting(async move {
            let known = self.ground.identity.credential_verify(&self.identity_call(), email, password).await;
            known.map(|user| user.to_string()).map_err(credential_error)
        })
    }

    fn exists<'a>(&'a self, email: &'a str) -> Answer<'a, Result<bool, CredentialError>> {
        Answer::waiting(async move {
            let found = self.ground.identity.credential_by_email(&self.identity_call(), email).await;
            found.map(|user| user.is_some()).map_err(credential_error)
        })
    }

    fn create_reset_token<'a>(
        &'a self,
        email: &'a str,
    ) -> Answer<'a, Result<Option<Proof>, CredentialError>> {
        Answer::waiting(async move {
            let made = self.ground.identity.reset_token_create(&self.identity_call(), email).await;
            made.map(|made| made.map(proof)).map_err(credential_error)
        })
    }

    fn reset_password<'a>(
        &'a self,
        token: &'a str,
        password: &'a str,
    ) -> Answer<'a, Result<Proven, CredentialError>> {
        Answer::waiting(async move {
            let reset = self.ground.identity.password_reset(&self.identity_call(), token, password).await;
            reset.map(proven).map_err(credential_error)
        })
    }

    fn change_password<'a>(
        &'a self,
        user_id: &'a str,
        old: &'a str,
        new: &'a str,
    ) -> Answer<'a, Result<(), CredentialError>> {
        Answer::waiting(async move {
            let user = Uuid::parse_str(user_id).map_err(|_| CredentialError::Missing)?;
            let (identity, call) = (&self.ground.identity, self.identity_call());
            let changed = identity.password_change(&call, &self.tokens, user, old, new).await;
            changed.map_err(credential_error)
        })
    }

    fn create_verification_token<'a>(
        &'a self,
        user_id: &'a str,
    ) -> Answer<'a, Result<Option<Proof>, CredentialError>> {
        Answer::waiting(async move {
            let user = Uuid::parse_str(user_id).map_err(|_| CredentialError::Missing)?;
            let made = self.ground.identity.verification_token_create(&self.identity_call(), user).await;
            made.map(|made| made.map(proof)).map_err(credential_error)
        })
    }

    fn verify_email<'a>(&'a self, token: &'a str) -> Answer<'a, Result<Proven, CredentialError>> {
        Answer::waiting(async move {
            let verified = self.ground.identity.email_verify(&self.identity_call(), token).await;
            verified.map(proven).map_err(credential_error)
        })
    }

    fn is_verified<'a>(&'a self, user_id: &'a str) -> Answer<'a, Result<bool, CredentialError>> {
        Answer::waiting(async move {
            let user = Uuid::parse_str(user_id).map_err(|_| CredentialError::Missing)?;
            let identity = &self.ground.identity;
            identity.email_is_verified(&self.identity_call(), user).await.map_err(credential_error)
        })
    }
}

fn credential_error(error: identity::CredentialError) -> CredentialError {
    match error {
        identity::CredentialError::InvalidEmail => CredentialError::InvalidEmail,
        identity::CredentialError::WeakPassword(_) => CredentialError::WeakPassword,
        identity::CredentialError::EmailTaken => CredentialError::EmailTaken,
        identity::CredentialError::WrongCredentials => CredentialError::WrongCredentials,
        identity::CredentialError::Locked(seconds) => CredentialError::Locked(seconds),
        identity::CredentialError::Missing => CredentialError::Missing,
        identity::CredentialError::Busy => CredentialError::Busy,
        identity::CredentialError::Timeout => CredentialError::Timeout,
        identity::CredentialError::Unavailable(reason) => {
            tracing::error!(reason, "credential store unavailable");
            CredentialError::Unavailable
        }
    }
}

fn proof(proof: identity::Proof) -> Proof {
    Proof { user_id: proof.user.to_string(), email: proof.email, token: proof.token }
}

fn proven(proven: identity::Proven) -> Proven {
    Proven { user_id: proven.user.to_string(), email: proven.email }
}
