//! A folder of stores, a clock, and an identity over both.

use std::sync::Arc;
use std::time::Duration;

use p2p_context::{Actor, Deadline, FeatureName, FixedClock, Scope, TenantId, Timestamp};
use p2p_identity::audit::{AuditEntry, AuditFilter, AuditLog};
use p2p_identity::{
    AuthenticateError, EmbeddedIdentity, Identity, IdentityCall, IdentityConfig, Issued, PLATFORM,
    PasswordCost, RequestTokens, Secrets, SessionError, platform_migrations,
};
use p2p_storage::packed::Params;
use p2p_storage::{EmbeddedConfig, EmbeddedStores, SqlStore, Statement, StoreCall, StoreLimits, Stores};
use serde_json::{Map, Value, json};
use tempfile::TempDir;
use uuid::Uuid;

use crate::browser::Browser;

pub const SECRET: &str = "the secret of these tests";
pub const PASSWORD: &str = "correct horse 7";
pub const NEW_PASSWORD: &str = "battery staple 8";
pub const QUICK: PasswordCost = PasswordCost { memory_kib: 8, passes: 1, lanes: 1 };

pub struct World {
    pub identity: EmbeddedIdentity,
    pub clock: Arc<FixedClock>,
    pub config: IdentityConfig,
    pub stores: Arc<dyn Stores>,
    pub folder: TempDir,
}

impl World {
    pub fn new() -> Self {
        Self::with(|_| ())
    }

    pub fn with(change: impl FnOnce(&mut IdentityConfig)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(FixedClock::at(Timestamp(1_795_422_602_276_123)));
        let embedded = EmbeddedConfig::new([7; 32], clock.clone());
        let stores: Arc<dyn Stores> = Arc::new(EmbeddedStores::new(folder.path().to_owned(), embedded));
        let mut config =
            IdentityConfig { password_cost: QUICK, ..IdentityConfig::for_api("http://localhost:8000") };
        change(&mut config);
        let identity =
            EmbeddedIdentity::new(stores.clone(), secrets(), clock.clone(), config.clone()).unwrap();
        Self { identity, clock, config, stores, folder }
    }

    /// Another process over the same stores.
    pub fn replica(&self) -> EmbeddedIdentity {
        self.replica_with(secrets())
    }

    pub fn replica_with(&self, secrets: Secrets) -> EmbeddedIdentity {
        EmbeddedIdentity::new(self.stores.clone(), secrets, self.clock.clone(), self.config.clone()).unwrap()
    }

    pub fn advance(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    /// How many rows a table of `acme` has.
    pub async fn count(&self, table: &str) -> u32 {
        let call = StoreCall::until(acme().deadline);
        self.sql().await.query(call, &format!("SELECT 1 FROM {table}"), &[]).await.unwrap().count
    }

    /// Changes a table of `acme` behind everybody's back.
    pub async fn write(&self, text: &str, params: Params) {
        let statement = Statement { text: text.to_owned(), params: params.finish(), expect: None };
        let call = StoreCall::until(acme().deadline);
        self.sql().await.commit(call, &[statement], &[]).await.unwrap();
    }

    async fn sql(&self) -> Arc<dyn SqlStore> {
        let scope = Scope { tenant: acme().tenant, feature: FeatureName::new(PLATFORM).unwrap() };
        let opened = self.stores.open(&scope, &platform_migrations(), StoreLimits::default()).await;
        opened.unwrap().sql
    }

    /// What the log of `acme` holds, oldest first.
    pub async fn audited(&self) -> Vec<AuditEntry> {
        let log = AuditLog::new(self.stores.clone());
        let mut entries = log.list(&acme().tenant, &AuditFilter::default(), 100).await.unwrap();
        entries.reverse();
        entries
    }

    /// What of it is about one kind of thing.
    pub async fn audited_as(&self, action: &str) -> Vec<AuditEntry> {
        self.audited().await.into_iter().filter(|entry| entry.action == action).collect()
    }

    /// An active credential.
    pub async fn person(&self, email: &str) -> Uuid {
        let user = self.identity.credential_create(&acme(), email, PASSWORD).await.unwrap();
        self.identity.credential_activate(&acme(), user).await.unwrap();
        user
    }

    /// A browser with a session of this user.
    pub async fn signed_in(&self, mut browser: Browser, user: Uuid) -> Browser {
        let issued = self.identity.session_create(&acme(), &browser.call(), user, member()).await.unwrap();
        browser.take(&issued.headers);
        browser
    }

    /// Whether this password signs in.
    pub async fn opens(&self, email: &str, password: &str) -> bool {
        self.identity.credential_verify(&acme(), email, password).await.is_ok()
    }

    pub async fn who(&self, browser: &Browser) -> Result<Option<Actor>, AuthenticateError> {
        self.identity.authenticate(&acme(), &browser.call(), true).await
    }

    pub async fn refresh(&self, browser: &mut Browser) -> Result<Issued, SessionError> {
        let outcome = self.identity.session_refresh(&acme(), &browser.refresh()).await;
        match &outcome {
            Ok(issued) => browser.take(&issued.headers),
            Err(SessionError::Invalid(headers) | SessionError::Reused(headers)) => browser.take(headers),
            Err(_) => {}
        }
        outcome
    }
}

pub fn secrets() -> Secrets {
    Secrets::new(SECRET, []).unwrap()
}

pub fn acme() -> IdentityCall {
    call("acme")
}

pub fn call(tenant: &str) -> IdentityCall {
    IdentityCall::new(TenantId::new(tenant).unwrap(), Deadline::after(Duration::from_secs(60)))
}

pub fn member() -> Map<String, Value> {
    claims("member")
}

pub fn claims(role: &str) -> Map<String, Value> {
    let claims = json!({"organizationId": Uuid::from_u128(9), "role": role, "platformAdmin": false, "verified": false});
    claims.as_object().unwrap().clone()
}

pub fn tokens(headers: &[(&str, &str)]) -> RequestTokens {
    RequestTokens::read(headers.iter().copied())
}
