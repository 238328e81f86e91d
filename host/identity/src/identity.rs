//! What the rooms of the host ask of whoever keeps credentials and sessions.

use std::time::Duration;

use async_trait::async_trait;
use p2p_context::{Actor, Deadline, Origin, TenantId, Timestamp};
use p2p_identity_core::{Headers, Jwk, RequestTokens};
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
    /// Who asked and from where, for the audit log.
    pub origin: Origin,
}

impl IdentityCall {
    /// A call of the host's own.
    pub fn new(tenant: TenantId, deadline: Deadline) -> Self {
        Self { tenant, deadline, origin: Origin::default() }
    }

    /// The same on behalf of somebody.
    #[must_use]
    pub fn on_behalf_of(self, origin: Origin) -> Self {
        Self { origin, ..self }
    }
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

/// A one-time token on its way to somebody's mail.
#[derive(Clone, PartialEq, Eq)]
pub struct Proof {
    /// Whose it is.
    pub user: Uuid,
    /// The address it was made for.
    pub email: String,
    /// URL-safe. Whoever knows it passes for the user, once.
    pub token: String,
}

impl std::fmt::Debug for Proof {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Proof").field("user", &self.user).finish_non_exhaustive()
    }
}

/// Whom a token that was used had been made for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proven {
    /// The user.
    pub user: Uuid,
    /// The address.
    pub email: String,
}

/// A session as its owner may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenSession {
    /// Its public name.
    pub handle: String,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When its refresh token was last traded.
    pub refreshed_at: Timestamp,
    /// When it ends unless it is refreshed.
    pub expires_at: Timestamp,
    /// What the browser called itself when it was opened; may be empty.
    pub user_agent: String,
    /// It is the session of the request that asks.
    pub is_current: bool,
}

/// Keys by which anybody can verify a tenant's access tokens.
#[derive(Debug, Clone)]
pub struct PublicKeys {
    /// The newest first.
    pub keys: Vec<Jwk>,
    /// For so long they may be kept.
    pub max_age: Duration,
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

    /// The present address of a user with an active credential.
    async fn credential_email(
        &self,
        call: &IdentityCall,
        user: Uuid,
    ) -> Result<Option<String>, CredentialError>;

    /// Makes a token that sets a new password, good for an hour; none when nobody has the address.
    async fn reset_token_create(
        &self,
        call: &IdentityCall,
        email: &str,
    ) -> Result<Option<Proof>, CredentialError>;

    /// Sets a new password by such a token and marks its address as verified. Uses up all such tokens of the user and
    /// ends every session. `WeakPassword` before the token is touched; `Missing` when the token is unknown, used or expired.
    async fn password_reset(
        &self,
        call: &IdentityCall,
        token: &str,
        password: &str,
    ) -> Result<Proven, CredentialError>;

    /// Sets a new password for somebody who knows the old one, and ends every session but that of the request. A wrong
    /// old one counts as a failed `credential_verify`.
    async fn password_change(
        &self,
        call: &IdentityCall,
        tokens: &RequestTokens,
        user: Uuid,
        old: &str,
        new: &str,
    ) -> Result<(), CredentialError>;

    /// Makes a token that verifies the user's address, good for a day; none when it is verified already.
    async fn verification_token_create(
        &self,
        call: &IdentityCall,
        user: Uuid,
    ) -> Result<Option<Proof>, CredentialError>;

    /// Marks an address as verified by such a token. Uses up all such tokens of the user. `Missing` when the token is
    /// unknown, used or expired.
    async fn email_verify(&self, call: &IdentityCall, token: &str) -> Result<Proven, CredentialError>;

    /// Whether the present address of a user is verified. `Missing` for nobody.
    async fn email_is_verified(&self, call: &IdentityCall, user: Uuid) -> Result<bool, CredentialError>;

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

    /// Replaces the claims of the request's session alone and hands out a new access token that ends when the old one
    /// would have. The refresh token stays.
    async fn session_restate(
        &self,
        call: &IdentityCall,
        tokens: &RequestTokens,
        claims: Map<String, Value>,
    ) -> Result<Issued, SessionError>;

    /// The open sessions of a user, newest first, at most 100. The request's tokens tell which of them is its own.
    async fn session_list(
        &self,
        call: &IdentityCall,
        tokens: &RequestTokens,
        user: Uuid,
    ) -> Result<Vec<OpenSession>, SessionError>;

    /// Ends one session of a user; false when they have no such session.
    async fn session_revoke_one(
        &self,
        call: &IdentityCall,
        user: Uuid,
        handle: &str,
    ) -> Result<bool, SessionError>;

    /// Ends every session of a user but that of the request.
    async fn session_revoke_others(
        &self,
        call: &IdentityCall,
        tokens: &RequestTokens,
        user: Uuid,
    ) -> Result<(), SessionError>;

    /// For a request whose session cookies come twice: headers that remove those of the domain they had before. None
    /// when nothing comes twice, or when nobody says which domain that was.
    fn older_cookies(&self, _tokens: &RequestTokens) -> Option<Headers> {
        None
    }

    /// The keys that verify the tenant's access tokens, also those that only verify older ones.
    async fn public_keys(&self, call: &IdentityCall) -> Result<PublicKeys, SessionError>;

    /// Who issues the tenant's tokens, as they say themselves (`iss`).
    fn issuer(&self, tenant: &TenantId) -> String;

    /// Who is calling: none without a session token. Asks no store, but for a tenant that was not seen before.
    /// `safe_method` says that the request changes nothing.
    async fn authenticate(
        &self,
        call: &IdentityCall,
        tokens: &RequestTokens,
        safe_method: bool,
    ) -> Result<Option<Actor>, AuthenticateError>;

    /// To be called once for each tenant, beside its first calls: reads what they would have to wait for. A failure is
    /// logged; whoever needs it then reads it.
    async fn prepare(&self, _call: &IdentityCall) {}

    /// To be called every second: learns what other replicas revoked, and tidies up.
    async fn tick(&self);
}
