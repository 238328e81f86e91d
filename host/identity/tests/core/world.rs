//! A stand-in core, a folder of stores, a clock that can be put forward, and an identity over all of them.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use p2p_context::{Actor, Clock, Deadline, SystemClock, TenantId, Timestamp};
use p2p_identity::audit::{AuditEntry, AuditFilter, AuditLog};
use p2p_identity::{
    AuthenticateError, CoreConfig, CoreIdentity, Identity, IdentityCall, IdentityConfig, Issued,
    RequestTokens, SessionError,
};
use p2p_storage::{EmbeddedConfig, EmbeddedStores, Stores};
use serde_json::{Map, Value, json};
use tempfile::TempDir;
use uuid::Uuid;

use crate::browser::Browser;
use crate::peer::Peer;

pub const PASSWORD: &str = "correct horse 7";
pub const MEMBER: Uuid = Uuid::from_u128(9);

pub struct World {
    pub peer: Peer,
    pub identity: CoreIdentity,
    pub clock: Arc<AheadClock>,
    pub config: IdentityConfig,
    stores: Arc<dyn Stores>,
    _folder: TempDir,
}

/// The machine's clock, put forward: the stand-in lives by the machine's, and tokens of both must agree.
#[derive(Default)]
pub struct AheadClock(AtomicI64);

impl Clock for AheadClock {
    fn now(&self) -> Timestamp {
        SystemClock.now().plus(Duration::from_micros(self.0.load(Ordering::SeqCst).try_into().unwrap()))
    }
}

impl World {
    pub async fn new() -> Self {
        Self::with(&[], |_| ()).await
    }

    pub async fn with(arguments: &[&str], change: impl FnOnce(&mut IdentityConfig)) -> Self {
        let peer = Peer::start(arguments).await;
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(AheadClock::default());
        let embedded = EmbeddedConfig::new([7; 32], clock.clone());
        let stores: Arc<dyn Stores> = Arc::new(EmbeddedStores::new(folder.path().to_owned(), embedded));
        let mut config = IdentityConfig::for_api("http://localhost:8000");
        change(&mut config);
        let core = core(&peer.address);
        let identity = CoreIdentity::new(stores.clone(), clock.clone(), config.clone(), &core).unwrap();
        Self { peer, identity, clock, config, stores, _folder: folder }
    }

    /// Another process over the same stores and the same core.
    pub fn replica(&self) -> CoreIdentity {
        self.over(&core(&self.peer.address))
    }

    /// The same over another core.
    pub fn over(&self, core: &CoreConfig) -> CoreIdentity {
        CoreIdentity::new(self.stores.clone(), self.clock.clone(), self.config.clone(), core).unwrap()
    }

    pub fn advance(&self, seconds: i64) {
        self.clock.0.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
    }

    /// What of the audit log of `acme` is about one kind of thing.
    pub async fn audited_as(&self, action: &str) -> Vec<AuditEntry> {
        let filter = AuditFilter { action: Some(action.to_owned()), ..AuditFilter::default() };
        AuditLog::new(self.stores.clone()).list(&acme().tenant, &filter, 100).await.unwrap()
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

pub fn core(connection: &str) -> CoreConfig {
    CoreConfig { connection: connection.parse().unwrap(), api_key: None }
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
    let claims = json!({"organizationId": MEMBER, "role": role, "platformAdmin": false, "verified": false});
    claims.as_object().unwrap().clone()
}

pub fn tokens(headers: &[(&str, &str)]) -> RequestTokens {
    RequestTokens::read(headers.iter().copied())
}
