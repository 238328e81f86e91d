//! A host in this process: stores of its own, embedded unless `P2P_TEST_STORES` says otherwise, real sessions, real
//! wasmtime, a real listener.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use p2p_context::{Clock, Deadline, FeatureName, Language, RequestContext, RequestId, SystemClock, TenantId};
use p2p_http::{App, HttpOptions, RateLimits, Services, ServicesParts, listener};
use p2p_identity::{EmbeddedIdentity, Identity, IdentityConfig, PasswordCost, Sealers, Secrets};
use p2p_jobs::{Mailer, Sender, Worker};
use p2p_runtime::{
    DispatchError, EngineConfig, FeatureRequest, FeatureResponse, RouteMatch, Runtime,
    Services as RuntimeServices,
};
use p2p_storage::Stores;
use p2p_storage::conformance::database::TestDatabase;
use p2p_tenants::{Hosts, Installation, Ledger, Tenant};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use crate::built;
use crate::chosen::{self, Chosen};
use crate::slow::SlowStores;

/// A secret long enough for a server that lives for one test.
const SECRET: &str = "a secret of tests, long enough to be taken";

/// See the module. Stops, and removes its folder, when dropped.
pub struct TestHost {
    /// Install, remove, call without HTTP.
    pub runtime: Arc<Runtime>,
    /// The same stores the runtime has.
    pub stores: Arc<dyn Stores>,
    /// Credentials and sessions.
    pub identity: Arc<EmbeddedIdentity>,
    /// What calls used.
    pub ledger: Arc<Ledger>,
    /// What everybody here calls now.
    pub clock: Arc<dyn Clock>,
    /// Where it listens.
    pub address: SocketAddr,
    folder: TempDir,
    stop: CancellationToken,
    /// Goes with the host. None when everything is in its folder.
    pub database: Option<TestDatabase>,
}

/// What a host is built of.
struct Parts {
    tenants: Vec<Tenant>,
    clock: Arc<dyn Clock>,
    stores: Arc<dyn Stores>,
    database: Option<TestDatabase>,
    folder: TempDir,
    /// Places for instances of guests. Many tests run side by side, and each pool reserves address space for all.
    instances: u32,
}

const INSTANCES: u32 = 100;

/// A built component with what a feature of its name usually needs.
#[expect(clippy::expect_used, reason = "a test's own feature")]
pub fn installation(name: &str) -> Installation {
    Installation::with_defaults(&FeatureName::new(name).expect("a name"), built::component(name))
}

/// A tenant with these built components.
#[expect(clippy::expect_used, reason = "a test's own tenant")]
pub fn tenant(id: &str, hosts: &[&str], features: &[&str]) -> Tenant {
    let features = features.iter().map(|name| {
        let feature = FeatureName::new(name).expect("a name");
        (feature, installation(name))
    });
    Tenant {
        id: TenantId::new(id).expect("a name"),
        hosts: hosts.iter().map(|host| (*host).to_owned()).collect(),
        features: features.collect(),
    }
}

#[expect(clippy::expect_used, reason = "a test without its folder cannot say anything")]
fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

impl TestHost {
    /// One tenant `main` without features.
    pub async fn empty() -> Self {
        Self::start(vec![tenant("main", &["*"], &[])]).await
    }

    /// One tenant `main` with these built components.
    pub async fn with(features: &[&str]) -> Self {
        Self::start(vec![tenant("main", &["*"], features)]).await
    }

    /// These tenants, on the machine's clock.
    pub async fn start(tenants: Vec<Tenant>) -> Self {
        Self::start_at(tenants, Arc::new(SystemClock)).await
    }

    /// These tenants, on this clock.
    pub async fn start_at(tenants: Vec<Tenant>, clock: Arc<dyn Clock>) -> Self {
        Self::start_over(tenants, clock, |stores| stores).await
    }

    /// One tenant `main` with these built components, whose queries wait this long.
    pub async fn slow(features: &[&str], wait: Duration) -> Self {
        let tenants = vec![tenant("main", &["*"], features)];
        Self::start_over(tenants, Arc::new(SystemClock), |stores| Arc::new(SlowStores { stores, wait })).await
    }

    /// One tenant `main` with these built components, whose data is in this folder: embedded stores, whatever is chosen.
    pub async fn on(data: &Path, features: &[&str]) -> Self {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let Chosen { stores, database } = chosen::embedded(data, &clock);
        let tenants = vec![tenant("main", &["*"], features)];
        let folder = folder();
        Self::build(Parts { tenants, clock, stores, database, folder, instances: INSTANCES }).await
    }

    /// These tenants, which share places for so many instances of guests.
    pub async fn crowded(tenants: Vec<Tenant>, instances: u32) -> Self {
        let (folder, clock): (_, Arc<dyn Clock>) = (folder(), Arc::new(SystemClock));
        let Chosen { stores, database } = chosen::stores(folder.path(), &clock).await;
        Self::build(Parts { tenants, clock, stores, database, folder, instances }).await
    }

    /// The same over stores that are wrapped in something.
    pub async fn start_over(
        tenants: Vec<Tenant>,
        clock: Arc<dyn Clock>,
        over: impl FnOnce(Arc<dyn Stores>) -> Arc<dyn Stores>,
    ) -> Self {
        let folder = folder();
        let Chosen { stores, database } = chosen::stores(folder.path(), &clock).await;
        let stores = over(stores);
        Self::build(Parts { tenants, clock, stores, database, folder, instances: INSTANCES }).await
    }

    #[expect(clippy::expect_used, reason = "a test without its host cannot say anything")]
    async fn build(parts: Parts) -> Self {
        let Parts { tenants, clock, stores, database, folder, instances } = parts;
        let secrets = Secrets::new(SECRET, []).expect("a secret");
        // Weak on purpose: what is under test is not how long a guess takes.
        let password_cost = PasswordCost { memory_kib: 64, passes: 1, lanes: 1 };
        let config = IdentityConfig { password_cost, ..IdentityConfig::for_api("http://localhost") };
        let identity =
            EmbeddedIdentity::new(Arc::clone(&stores), secrets.clone(), Arc::clone(&clock), config);
        let identity = Arc::new(identity.expect("an identity"));
        let ledger = Arc::new(Ledger::default());
        let services = RuntimeServices {
            stores: Arc::clone(&stores),
            identity: Arc::clone(&identity) as Arc<dyn Identity>,
            sealers: Sealers::new(secrets),
            ledger: Arc::clone(&ledger),
            clock: Arc::clone(&clock),
            artefacts: built::folder().join("compiled"),
        };
        let engine = EngineConfig { instances, ..EngineConfig::default() };
        let runtime = Arc::new(Runtime::new(&engine, services).expect("a runtime"));
        for tenant in &tenants {
            for installation in tenant.features.values() {
                runtime.install(&tenant.id, installation).await.expect("a feature");
            }
        }
        let parts = ServicesParts {
            runtime: runtime.clone(),
            identity: Arc::clone(&identity) as Arc<dyn Identity>,
            stores: Arc::clone(&stores),
            hosts: Hosts::of(&tenants),
            ledger: Arc::clone(&ledger),
            clock: Arc::clone(&clock),
            // Tests ask as often as they like; those about limits build the room themselves.
            options: HttpOptions { rates: RateLimits::OFF, ..HttpOptions::default() },
        };
        let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = socket.local_addr().expect("an address");
        let stop = CancellationToken::new();
        let app = App::new(Services::new(parts));
        tokio::spawn(listener::serve(app, socket, stop.clone().cancelled_owned()));
        Self { runtime, stores, identity, ledger, clock, address, folder, stop, database }
    }

    /// The tenant `main`.
    #[expect(clippy::expect_used, reason = "a literal")]
    pub fn tenant(&self) -> TenantId {
        TenantId::new("main").expect("a name")
    }

    /// The folder of its data.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A URL of this host.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The worker that delivers a tenant's events, to be drained by hand. Letters go to `mail_folder`.
    #[expect(clippy::expect_used, reason = "a test's own tenant")]
    pub async fn worker(&self, tenant: &TenantId) -> Worker {
        let sender = Sender::new(None, "localhost", "http://localhost:3000").expect("a sender");
        self.worker_with(tenant, Mailer::to_folder(self.mail_folder(), sender)).await
    }

    /// The same with letters going elsewhere.
    #[expect(clippy::expect_used, reason = "a test's own tenant")]
    pub async fn worker_with(&self, tenant: &TenantId, mailer: Mailer) -> Worker {
        let (runtime, clock, mailer) = (Arc::clone(&self.runtime), Arc::clone(&self.clock), Arc::new(mailer));
        Worker::new(runtime, &self.stores, tenant.clone(), clock, mailer).await.expect("a worker")
    }

    /// Where letters lie that no server takes.
    pub fn mail_folder(&self) -> PathBuf {
        self.folder().join("mail")
    }

    /// Calls a route of `main` without HTTP, so that time is the call's own.
    #[expect(clippy::panic, reason = "a test's own route")]
    pub async fn call(
        &self,
        method: http::Method,
        path: &str,
        body: &str,
    ) -> Result<FeatureResponse, DispatchError> {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let RouteMatch::Found(target) = self.runtime.route(&self.tenant(), &method, path) else {
            panic!("no route {method} {path}")
        };
        let request = FeatureRequest {
            method: method.to_string(),
            path: path.to_owned(),
            query: query.to_owned(),
            body: body.to_owned().into(),
            ..FeatureRequest::default()
        };
        self.runtime.handle(&self.context(), &target, request).await
    }

    /// A context of `main` in which nobody is signed in.
    pub fn context(&self) -> RequestContext {
        RequestContext {
            request_id: RequestId::fresh(),
            tenant: self.tenant(),
            actor: None,
            deadline: Deadline::after(Duration::from_secs(30)),
            language: Language::En,
            address: None,
        }
    }
}

impl Drop for TestHost {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}
