//! A SuperTokens Core as the keeper of credentials and sessions: the same trait as the embedded core, over HTTP. Which
//! of the core's users are a tenant's, failed logins and revocations stay in the tenant's own store.

mod answer;
mod authenticate;
mod claims;
mod client;
mod connection;
mod connector;
mod credentials;
mod endings;
mod keys;
mod look;
mod people;
mod proofs;
mod sessions;
mod tenant;
mod upkeep;
mod version;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use moka::future::Cache as AsyncCache;
use moka::sync::Cache;
use p2p_context::{Actor, Clock, TenantId, Timestamp};
use p2p_identity_core::{ConfigFault, Email, Headers, RequestTokens, older_cookie_headers};
use p2p_storage::Stores;
use serde_json::{Map, Value};
use tokio::sync::{Mutex, Semaphore};
use uuid::Uuid;

use crate::embedded::{IdentityConfig, PASSWORD_PLACES};
use crate::error::{AuthenticateError, CredentialError, SessionError};
use crate::fault::{Fault, random};
use crate::identity::{Identity, IdentityCall, Issued, OpenSession, Proof, Proven, PublicKeys};
use authenticate::Believed;
use client::CoreClient;
pub use connection::{Connection, ConnectionFault};
pub use look::{CoreLook, look};
use tenant::Tenant;

/// No access token is believed for longer, whatever the core says, so that notes of revoked ones may be forgotten.
const LONGEST_LIFE: Duration = Duration::from_hours(24);
/// A tenant that nobody used for so long is forgotten; its next use reads its revocations again.
const TENANT_IDLE: Duration = Duration::from_hours(1);
/// An address at which nobody tried to sign in for so long has no queue.
const TURN_IDLE: Duration = Duration::from_mins(5);
/// For so long a session lasts without a refresh, until the core has said it.
const REFRESH_VALIDITY: Duration = Duration::from_hours(2400);

/// How to reach a core.
#[derive(Clone, PartialEq, Eq)]
pub struct CoreConfig {
    /// Its addresses.
    pub connection: Connection,
    /// What it wants to be told.
    pub api_key: Option<String>,
}

/// Settings with which no core could be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CoreFault {
    /// No browser would honour them.
    #[error(transparent)]
    Sessions(#[from] ConfigFault),
    /// No header could carry it.
    #[error("the API key holds characters that may not stand in a header")]
    ApiKey,
    /// Nothing could be trusted over TLS.
    #[error("the machine's certificates cannot be used: {0}")]
    Certificates(String),
}

/// See the module.
pub struct CoreIdentity {
    core: CoreClient,
    stores: Arc<dyn Stores>,
    clock: Arc<dyn Clock>,
    config: IdentityConfig,
    tenants: AsyncCache<TenantId, Arc<Tenant>>,
    believed: AsyncCache<[u8; 32], Arc<Believed>>,
    turns: Cache<(TenantId, Email), Arc<Mutex<()>>>,
    places: Semaphore,
    /// Milliseconds; as the core said last.
    refresh_validity: AtomicI64,
    started: Timestamp,
}

impl CoreIdentity {
    /// Over these stores. Connects to nothing yet.
    pub fn new(
        stores: Arc<dyn Stores>,
        clock: Arc<dyn Clock>,
        config: IdentityConfig,
        core: &CoreConfig,
    ) -> Result<Self, CoreFault> {
        config.sessions.check()?;
        Ok(Self {
            core: CoreClient::new(core)?,
            stores,
            tenants: AsyncCache::builder().time_to_idle(TENANT_IDLE).build(),
            believed: AsyncCache::builder()
                .max_capacity(config.token_cache)
                .time_to_live(LONGEST_LIFE)
                .build(),
            turns: Cache::builder().time_to_idle(TURN_IDLE).build(),
            places: Semaphore::new(PASSWORD_PLACES),
            refresh_validity: AtomicI64::new(millis(REFRESH_VALIDITY)),
            started: clock.now(),
            clock,
            config,
        })
    }

    /// How long a session lasts without a refresh, in milliseconds.
    fn refresh_validity(&self) -> i64 {
        self.refresh_validity.load(Ordering::Relaxed)
    }

    fn learn_refresh_validity(&self, ms: i64) {
        self.refresh_validity.store(ms, Ordering::Relaxed);
    }
}

impl std::fmt::Debug for CoreConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CoreConfig").field("connection", &self.connection).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for CoreIdentity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CoreIdentity").field("core", &self.core).finish_non_exhaustive()
    }
}

fn millis(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

#[async_trait]
impl Identity for CoreIdentity {
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
        Ok(self.find_credential(call, email).await?.map(|person| person.id))
    }

    async fn credential_email(
        &self,
        call: &IdentityCall,
        user: Uuid,
    ) -> Result<Option<String>, CredentialError> {
        Ok(self.find_person(call, user).await?.map(|person| person.email))
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
        let person = self.find_person(call, user).await?;
        person.map(|person| person.verified).ok_or(CredentialError::Missing)
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
        let tenant = self.tenant(call).await?;
        let (keys, max_age) = tenant.keys.to_publish(&self.core, call, self.clock.now()).await?;
        Ok(PublicKeys { keys: keys.iter().map(|key| key.jwk()).collect(), max_age })
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
