//! The SDK's credentials, sessions and directory over the host's identity and directory. Translates types; decides
//! nothing.

use p2p_identity as identity;
use p2p_sdk::host::{
    Answer, CredentialError, Credentials, Directory, DirectoryError, Issued, SessionError, Sessions,
};
use p2p_sdk::{Headers, Rows};
use p2p_storage as store;
use uuid::Uuid;

use super::call::NativeCall;
use super::stores::rows;

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

impl Sessions for NativeCall {
    fn create<'a>(&'a self, user_id: &'a str, claims: Vec<u8>) -> Answer<'a, Result<Issued, SessionError>> {
        Answer::waiting(async move {
            let user = Uuid::parse_str(user_id).map_err(|_| SessionError::Absent)?;
            let claims = serde_json::from_slice(&claims).map_err(|_| SessionError::Absent)?;
            let (call, identity) = (self.identity_call(), &self.ground.identity);
            issued(identity.session_create(&call, &self.tokens, user, claims).await)
        })
    }

    fn refresh<'a>(&'a self) -> Answer<'a, Result<Issued, SessionError>> {
        Answer::waiting(async move {
            issued(self.ground.identity.session_refresh(&self.identity_call(), &self.tokens).await)
        })
    }

    fn revoke<'a>(&'a self) -> Answer<'a, Result<Vec<u8>, SessionError>> {
        Answer::waiting(async move {
            let cleared = self.ground.identity.session_revoke(&self.identity_call(), &self.tokens).await;
            cleared.map(|headers| packed(&headers)).map_err(session_error)
        })
    }

    fn revoke_user<'a>(&'a self, user_id: &'a str) -> Answer<'a, Result<(), SessionError>> {
        Answer::waiting(async move {
            let user = Uuid::parse_str(user_id).map_err(|_| SessionError::Absent)?;
            let identity = &self.ground.identity;
            identity.session_revoke_user(&self.identity_call(), user).await.map_err(session_error)
        })
    }

    fn update_claims<'a>(
        &'a self,
        user_id: &'a str,
        claims: Vec<u8>,
    ) -> Answer<'a, Result<(), SessionError>> {
        Answer::waiting(async move {
            let user = Uuid::parse_str(user_id).map_err(|_| SessionError::Absent)?;
            let claims = serde_json::from_slice(&claims).map_err(|_| SessionError::Absent)?;
            let identity = &self.ground.identity;
            identity.session_update_claims(&self.identity_call(), user, claims).await.map_err(session_error)
        })
    }
}

fn issued(answer: Result<identity::Issued, identity::SessionError>) -> Result<Issued, SessionError> {
    match answer {
        Ok(issued) => Ok(Issued { handle: issued.handle, headers: packed(&issued.headers) }),
        Err(error) => Err(session_error(error)),
    }
}

fn packed(headers: &identity::Headers) -> Vec<u8> {
    let mut packed = Headers::new();
    for (name, value) in headers {
        packed.push(name, value);
    }
    packed.into_packed()
}

fn session_error(error: identity::SessionError) -> SessionError {
    match error {
        identity::SessionError::Absent => SessionError::Absent,
        identity::SessionError::Invalid(headers) => SessionError::Invalid(packed(&headers)),
        identity::SessionError::Reused(headers) => SessionError::Reused(packed(&headers)),
        identity::SessionError::Timeout => SessionError::Timeout,
        identity::SessionError::Unavailable(reason) => {
            tracing::error!(reason, "session store unavailable");
            SessionError::Unavailable
        }
    }
}

impl Directory for NativeCall {
    fn users<'a>(&'a self, ids: Vec<u8>) -> Answer<'a, Result<Rows, DirectoryError>> {
        Answer::waiting(async move {
            let (ids, _) = ids.as_chunks::<16>();
            let ids: Vec<Uuid> = ids.iter().map(|id| Uuid::from_bytes(*id)).collect();
            cards(self.ground.directory.users(self.deadline(), &ids).await)
        })
    }

    fn search<'a>(&'a self, query: &'a str, limit: u32) -> Answer<'a, Result<Rows, DirectoryError>> {
        Answer::waiting(
            async move { cards(self.ground.directory.search(self.deadline(), query, limit).await) },
        )
    }
}

fn cards(found: Result<store::Rows, store::SqlError>) -> Result<Rows, DirectoryError> {
    match found {
        Ok(found) => rows(found).ok_or(DirectoryError::Unavailable),
        Err(store::SqlError::Timeout) => Err(DirectoryError::Timeout),
        Err(error) => {
            tracing::error!(%error, "directory unavailable");
            Err(DirectoryError::Unavailable)
        }
    }
}
