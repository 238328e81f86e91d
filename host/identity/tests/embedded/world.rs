//! A folder of stores, a clock, and an identity over both.

use std::sync::Arc;
use std::time::Duration;

use p2p_context::{Actor, Deadline, FixedClock, TenantId, Timestamp};
use p2p_identity::{
    AuthenticateError, EmbeddedIdentity, Identity, IdentityCall, IdentityConfig, Issued, PasswordCost,
    RequestTokens, Secrets, SessionError,
};
use p2p_storage::{EmbeddedConfig, EmbeddedStores, Stores};
use serde_json::{Map, Value, json};
use tempfile::TempDir;
use uuid::Uuid;

use crate::browser::Browser;

pub const SECRET: &str = "the secret of these tests";
pub const PASSWORD: &str = "correct horse 7";
pub const QUICK: PasswordCost = PasswordCost { memory_kib: 8, passes: 1, lanes: 1 };

pub struct World {
    pub identity: EmbeddedIdentity,
    pub clock: Arc<FixedClock>,
    pub config: IdentityConfig,
    pub stores: Arc<dyn Stores>,
    _folder: TempDir,
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
        Self { identity, clock, config, stores, _folder: folder }
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
    IdentityCall {
        tenant: TenantId::new(tenant).unwrap(),
        deadline: Deadline::after(Duration::from_secs(60)),
    }
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
