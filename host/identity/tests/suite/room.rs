//! What every test asks of an identity, and stores to look into.

use std::sync::Arc;
use std::time::Duration;

use p2p_context::{Actor, Clock, Deadline, TenantId};
use p2p_identity::audit::{AuditEntry, AuditFilter, AuditLog};
use p2p_identity::{
    AuthenticateError, Identity, IdentityCall, IdentityConfig, Issued, RequestTokens, SessionError,
};
use p2p_storage::{EmbeddedConfig, EmbeddedStores, Stores};
use serde_json::{Map, Value, json};
use tempfile::TempDir;
use uuid::Uuid;

use super::browser::Browser;

pub const PASSWORD: &str = "correct horse 7";
pub const NEW_PASSWORD: &str = "battery staple 8";
pub const USER: Uuid = Uuid::from_u128(5);
pub const OTHER: Uuid = Uuid::from_u128(6);
pub const ORGANIZATION: Uuid = Uuid::from_u128(9);

pub struct Room {
    pub identity: Arc<dyn Identity>,
    pub config: IdentityConfig,
    pub stores: Arc<dyn Stores>,
    pub folder: TempDir,
}

impl Room {
    /// Over a new folder of stores.
    pub fn new<I: Identity>(
        clock: Arc<dyn Clock>,
        config: IdentityConfig,
        make: impl FnOnce(Arc<dyn Stores>, IdentityConfig) -> Arc<I>,
    ) -> (Self, Arc<I>) {
        let folder = tempfile::tempdir().unwrap();
        let embedded = EmbeddedConfig::new([7; 32], clock);
        let stores: Arc<dyn Stores> = Arc::new(EmbeddedStores::new(folder.path().to_owned(), embedded));
        let identity = make(stores.clone(), config.clone());
        (Self { identity: identity.clone(), config, stores, folder }, identity)
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

    /// Whether a session that was open has ended.
    pub async fn is_out(&self, browser: &Browser) -> bool {
        match self.who(browser).await {
            Err(AuthenticateError::Unauthorised { clear }) => clear.len() == 6,
            answer => {
                assert!(answer.as_ref().is_ok_and(Option::is_some), "{answer:?}");
                false
            }
        }
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

pub fn acme() -> IdentityCall {
    call("acme")
}

pub fn call(tenant: &str) -> IdentityCall {
    within(tenant, Duration::from_secs(60))
}

pub fn within(tenant: &str, span: Duration) -> IdentityCall {
    IdentityCall::new(TenantId::new(tenant).unwrap(), Deadline::after(span))
}

pub fn member() -> Map<String, Value> {
    claims("member")
}

pub fn claims(role: &str) -> Map<String, Value> {
    let claims =
        json!({"organizationId": ORGANIZATION, "role": role, "platformAdmin": false, "verified": false});
    claims.as_object().unwrap().clone()
}

pub fn tokens(headers: &[(&str, &str)]) -> RequestTokens {
    RequestTokens::read(headers.iter().copied())
}
