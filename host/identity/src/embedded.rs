//! The embedded core: credentials and sessions in the host's own stores, one set of tables per tenant. Passwords are
//! hashed off the async threads, access tokens are verified without a store.

mod authenticate;
mod config;
mod credentials;
mod keys;
mod open_sessions;
mod passwords;
mod proofs;
mod restate;
mod sessions;
mod tenant;
mod tokens;
mod upkeep;

use std::sync::Arc;
use std::time::Duration;

use ahash::RandomState;
use async_trait::async_trait;
use moka::future::Cache as AsyncCache;
use moka::sync::Cache;
use p2p_context::{Actor, Clock, TenantId, Timestamp};
use p2p_identity_core::{ConfigFault, Headers, KeyPlan, RequestTokens, Secrets, older_cookie_headers};
use p2p_storage::Stores;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::error::{AuthenticateError, CredentialError, SessionError};
use crate::identity::{Identity, IdentityCall, Issued, OpenSession, Proof, Proven, PublicKeys};
use authenticate::Believed;
pub use config::{IdentityConfig, Lockout};
pub(crate) use passwords::PLACES as PASSWORD_PLACES;
use passwords::PasswordWork;
use tenant::Tenant;

/// A tenant that nobody used for so long is forgotten; its next use reads its keys and revocations again.
const TENANT_IDLE: Duration = Duration::from_hours(1);

/// See the module.
pub struct EmbeddedIdentity {
    stores: Arc<dyn Stores>,
    secrets: Secrets,
    clock: Arc<dyn Clock>,
    config: IdentityConfig,
    key_plan: KeyPlan,
    passwords: PasswordWork,
    tenants: AsyncCache<TenantId, Arc<Tenant>>,
    /// By its text: a hash that an attacker cannot aim at, and the whole of it compared.
    believed: Cache<String, Arc<Believed>, RandomState>,
    started: Timestamp,
}

impl EmbeddedIdentity {
    /// Over these stores. Refuses settings that no browser would honour.
    pub fn new(
        stores: Arc<dyn Stores>,
        secrets: Secrets,
        clock: Arc<dyn Clock>,
        config: IdentityConfig,
    ) -> Result<Self, ConfigFault> {
        config.sessions.check()?;
        let access_validity = config.sessions.access_validity;
        Ok(Self {
            stores,
            secrets,
            key_plan: KeyPlan::weekly(access_validity),
            passwords: PasswordWork::new(config.password_cost),
            tenants: AsyncCache::builder().time_to_idle(TENANT_IDLE).build(),
            believed: Cache::builder()
                .max_capacity(config.token_cache)
                .time_to_live(access_validity)
                .build_with_hasher(RandomState::new()),
            started: clock.now(),
            clock,
            config,
        })
    }

    /// How many passwords were hashed since the start: the cost of a login, for metrics and for tests.
    pub fn password_work(&self) -> u64 {
        self.passwords.done()
    }
}

impl std::fmt::Debug for EmbeddedIdentity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EmbeddedIdentity").field("config", &self.config).finish_non_exhaustive()
    }
}

#[async_trait]
impl Identity for EmbeddedIdentity {
    async fn credential_create(
        &self,
        call: &IdentityCall,
        email: &str,
        password: &str,
    ) -> Result<Uuid, CredentialError> {
        self.create_credential(call, email, password).await
    }

    async fn credential_activate(&self, call: &IdentityCall, user: Uuid) -> Result<(), CredentialError> {
        self.activate_credential(call, user).await
    }

    async fn credential_discard(&self, call: &IdentityCall, user: Uuid) -> Result<(), CredentialError> {
        self.discard_credential(call, user).await
    }

    async fn credential_verify(
        &self,
        call: &IdentityCall,
        email: &str,
        password: &str,
    ) -> Result<Uuid, CredentialError> {
        self.verify_credential(call, email, password).await
    }

    async fn credential_by_email(
        &self,
        call: &IdentityCall,
        email: &str,
    ) -> Result<Option<Uuid>, CredentialError> {
        self.find_credential(call, email).await
    }

    async fn credential_email(
        &self,
        call: &IdentityCall,
        user: Uuid,
    ) -> Result<Option<String>, CredentialError> {
        self.email_of(call, user).await
    }

    async fn reset_token_create(
        &self,
        call: &IdentityCall,
        email: &str,
    ) -> Result<Option<Proof>, CredentialError> {
        self.create_reset_token(call, email).await
    }

    async fn password_reset(
        &self,
        call: &IdentityCall,
        token: &str,
        password: &str,
    ) -> Result<Proven, CredentialError> {
        self.reset_password(call, token, password).await
    }

    async fn password_change(
        &self,
        call: &IdentityCall,
        tokens: &RequestTokens,
        user: Uuid,
        old: &str,
        new: &str,
    ) -> Result<(), CredentialError> {
        self.change_password(call, tokens, user, old, new).await
    }

    async fn verification_token_create(
        &self,
        call: &IdentityCall,
        user: Uuid,
    ) -> Result<Option<Proof>, CredentialError> {
        self.create_verification_token(call, user).await
    }

    async fn email_verify(&self, call: &IdentityCall, token: &str) -> Result<Proven, CredentialError> {
        self.verify_email(call, token).await
    }

    async fn email_is_verified(&self, call: &IdentityCall, user: Uuid) -> Result<bool, CredentialError> {
        self.is_email_verified(call, user).await
    }

    async fn session_create(
        &self,
        call: &IdentityCall,
        tokens: &RequestTokens,
        user: Uuid,
        claims: Map<String, Value>,
    ) -> Result<Issued, SessionError> {
        self.create_session(call, tokens, user, &claims).await
    }

    async fn session_refresh(
        &self,
        call: &IdentityCall,
        tokens: &RequestTokens,
    ) -> Result<Issued, SessionError> {
        self.refresh_session(call, tokens).await
    }

    async fn session_revoke(
        &self,
        call: &IdentityCall,
        tokens: &RequestTokens,
    ) -> Result<Headers, SessionError> {
        self.revoke_session(call, tokens).await
    }

    async fn session_revoke_user(&self, call: &IdentityCall, user: Uuid) -> Result<(), SessionError> {
        self.revoke_sessions_of(call, user).await
    }

    async fn session_update_claims(
        &self,
        call: &IdentityCall,
        user: Uuid,
        claims: Map<String, Value>,
    ) -> Result<(), SessionError> {
        self.update_claims_of(call, user, &claims).await
    }

    async fn session_restate(
        &self,
        call: &IdentityCall,
        tokens: &RequestTokens,
        claims: Map<String, Value>,
    ) -> Result<Issued, SessionError> {
        self.restate_session(call, tokens, &claims).await
    }

    async fn session_list(
        &self,
        call: &IdentityCall,
        tokens: &RequestTokens,
        user: Uuid,
    ) -> Result<Vec<OpenSession>, SessionError> {
        self.list_sessions_of(call, tokens, user).await
    }

    async fn session_revoke_one(
        &self,
        call: &IdentityCall,
        user: Uuid,
        handle: &str,
    ) -> Result<bool, SessionError> {
        self.revoke_session_of(call, user, handle).await
    }

    async fn session_revoke_others(
        &self,
        call: &IdentityCall,
        tokens: &RequestTokens,
        user: Uuid,
    ) -> Result<(), SessionError> {
        self.revoke_other_sessions_of(call, tokens, user).await
    }

    fn older_cookies(&self, tokens: &RequestTokens) -> Option<Headers> {
        older_cookie_headers(&self.config.sessions, tokens)
    }

    async fn public_keys(&self, call: &IdentityCall) -> Result<PublicKeys, SessionError> {
        Ok(self.published_keys(call).await?)
    }

    fn issuer(&self, tenant: &TenantId) -> String {
        self.config.sessions.issuer(tenant.as_str())
    }

    async fn authenticate(
        &self,
        call: &IdentityCall,
        tokens: &RequestTokens,
        safe_method: bool,
    ) -> Result<Option<Actor>, AuthenticateError> {
        self.identify(call, tokens, safe_method).await
    }

    async fn tick(&self) {
        self.keep_up().await;
    }
}
