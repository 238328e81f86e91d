//! The embedded core: credentials and sessions in the host's own stores, one set of tables per tenant. Passwords are
//! hashed off the async threads, access tokens are verified without a store.

mod authenticate;
mod credentials;
mod fault;
mod keys;
mod passwords;
mod revocations;
mod sessions;
mod tables;
mod tenant;
mod tokens;
mod upkeep;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use moka::future::Cache as AsyncCache;
use moka::sync::Cache;
use p2p_context::{Actor, Clock, TenantId, Timestamp};
use p2p_identity_core::{ConfigFault, Headers, KeyPlan, PasswordCost, RequestTokens, Secrets, SessionConfig};
use p2p_storage::Stores;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::error::{AuthenticateError, CredentialError, SessionError};
use crate::identity::{Identity, IdentityCall, Issued};
use authenticate::Believed;
use passwords::PasswordWork;
use tenant::Tenant;

/// A tenant that nobody used for so long is forgotten; its next use reads its keys and revocations again.
const TENANT_IDLE: Duration = Duration::from_hours(1);

/// When an address is locked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lockout {
    /// After so many failures, each within `span` of the one before.
    pub failures: u32,
    /// For so long.
    pub span: Duration,
}

impl Default for Lockout {
    fn default() -> Self {
        Self { failures: 5, span: Duration::from_mins(15) }
    }
}

/// How the embedded core behaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityConfig {
    /// Tokens and cookies.
    pub sessions: SessionConfig,
    /// How much work a password check is.
    pub password_cost: PasswordCost,
    /// How guessing is slowed down.
    pub lockout: Lockout,
    /// How many verified tokens are remembered, about 600 bytes each.
    pub token_cache: u64,
}

impl IdentityConfig {
    /// The defaults for an API at this address, e.g. `http://localhost:8000`.
    pub fn for_api(api_domain: &str) -> Self {
        Self {
            sessions: SessionConfig::for_api(api_domain),
            password_cost: PasswordCost::default(),
            lockout: Lockout::default(),
            token_cache: 50_000,
        }
    }
}

/// See the module.
pub struct EmbeddedIdentity {
    stores: Arc<dyn Stores>,
    secrets: Secrets,
    clock: Arc<dyn Clock>,
    config: IdentityConfig,
    key_plan: KeyPlan,
    passwords: PasswordWork,
    tenants: AsyncCache<TenantId, Arc<Tenant>>,
    believed: Cache<[u8; 32], Arc<Believed>>,
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
            believed: Cache::builder().max_capacity(config.token_cache).time_to_live(access_validity).build(),
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
