//! What the rooms of the host ask of whoever keeps credentials and sessions.

use async_trait::async_trait;
use p2p_context::{Actor, Deadline, TenantId};
use p2p_identity_core::{Headers, RequestTokens};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::error::{AuthenticateError, CredentialError, SessionError};

/// Whose people, and until when an answer is of use.
#[derive(Debug, Clone)]
pub struct IdentityCall {
    /// The tenant of the request.
    pub tenant: TenantId,
    /// The work is given up when this has passed.
    pub deadline: Deadline,
}

/// A session that was opened or refreshed.
#[derive(Clone)]
pub struct Issued {
    /// Its public name.
    pub handle: String,
    /// Whose it is.
    pub user: Uuid,
    /// What the response must carry. Holds tokens.
    pub headers: Headers,
}

impl std::fmt::Debug for Issued {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Issued")
            .field("handle", &self.handle)
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}

/// Credentials and sessions.
#[async_trait]
pub trait Identity: Send + Sync + 'static {
    /// Makes a pending credential, which reads as absent, and answers the user's id for good.
    async fn credential_create(
        &self,
        call: &IdentityCall,
        email: &str,
        password: &str,
    ) -> Result<Uuid, CredentialError>;

    /// Makes a pending credential real. Again is fine. `EmailTaken` when another one for the address was quicker.
    async fn credential_activate(&self, call: &IdentityCall, user: Uuid) -> Result<(), CredentialError>;

    /// Removes a pending credential. An active one stays; none is fine.
    async fn credential_discard(&self, call: &IdentityCall, user: Uuid) -> Result<(), CredentialError>;

    /// Answers the user whose address and password these are.
    async fn credential_verify(
        &self,
        call: &IdentityCall,
        email: &str,
        password: &str,
    ) -> Result<Uuid, CredentialError>;

    /// The user of an active credential, for operators.
    async fn credential_by_email(
        &self,
        call: &IdentityCall,
        email: &str,
    ) -> Result<Option<Uuid>, CredentialError>;

    /// Opens a session in the mode that the request asks for.
    async fn session_create(
        &self,
        call: &IdentityCall,
        tokens: &RequestTokens,
        user: Uuid,
        claims: Map<String, Value>,
    ) -> Result<Issued, SessionError>;

    /// Trades the request's refresh token for a new pair.
    async fn session_refresh(
        &self,
        call: &IdentityCall,
        tokens: &RequestTokens,
    ) -> Result<Issued, SessionError>;

    /// Ends the request's session, if it has one, and answers headers that clear the browser.
    async fn session_revoke(
        &self,
        call: &IdentityCall,
        tokens: &RequestTokens,
    ) -> Result<Headers, SessionError>;

    /// Ends every session of a user.
    async fn session_revoke_user(&self, call: &IdentityCall, user: Uuid) -> Result<(), SessionError>;

    /// Replaces the claims of a user's sessions; tokens with the old ones are told to refresh from now on.
    async fn session_update_claims(
        &self,
        call: &IdentityCall,
        user: Uuid,
        claims: Map<String, Value>,
    ) -> Result<(), SessionError>;

    /// Who is calling: none without a session token. Asks no store, but for a tenant that was not seen before.
    /// `safe_method` says that the request changes nothing.
    async fn authenticate(
        &self,
        call: &IdentityCall,
        tokens: &RequestTokens,
        safe_method: bool,
    ) -> Result<Option<Actor>, AuthenticateError>;

    /// To be called every second: learns what other replicas revoked, and tidies up.
    async fn tick(&self);
}
