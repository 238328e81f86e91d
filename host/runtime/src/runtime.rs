//! The runtime as the other rooms see it: install and remove features of a tenant while others run, find the one
//! that answers a route, call it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, RwLock};

use p2p_context::{Clock, Deadline, FeatureName, RequestContext, TenantId};
use p2p_identity::{Identity, Sealers};
use p2p_storage::{BlobStore, Outbox, SqlError, Stores};
use p2p_tenants::{CallKind, Installation, Ledger, Manifest};
use tokio::runtime::Handle;
use uuid::Uuid;
use wasmtime::Engine;

use crate::artefacts::Artefacts;
use crate::call::{
    DispatchError, DispatchErrorKind, EventAnswer, FeatureEvent, FeatureJob, FeatureRequest, FeatureResponse,
    Installed,
};
use crate::directory::{Directory, Person};
use crate::engine::{self, EngineConfig};
use crate::feature::Feature;
use crate::install::{self, InstallError};
use crate::letter::{Letter, Unreadable};
use crate::pools::Pools;
use crate::renderings::Renderings;
use crate::routes::{RouteMatch, RouteTable, RouteTarget};
use crate::turns::Turns;

/// What the runtime stands on.
pub struct Services {
    /// Opens stores.
    pub stores: Arc<dyn Stores>,
    /// Credentials and sessions.
    pub identity: Arc<dyn Identity>,
    /// Keys of features.
    pub sealers: Sealers,
    /// What calls used.
    pub ledger: Arc<Ledger>,
    /// The only time there is.
    pub clock: Arc<dyn Clock>,
    /// Where compiled components are kept.
    pub artefacts: PathBuf,
}

/// What every feature shares.
pub struct Shared {
    pub(crate) engine: Engine,
    pub(crate) artefacts: Arc<Artefacts>,
    pub(crate) pools: Arc<Pools>,
    pub(crate) renderings: Arc<Renderings>,
    pub(crate) turns: Arc<Turns>,
    pub(crate) stores: Arc<dyn Stores>,
    pub(crate) identity: Arc<dyn Identity>,
    pub(crate) sealers: Sealers,
    pub(crate) clock: Arc<dyn Clock>,
}

/// The features of one tenant at one moment. Replaced as a whole, so that a request sees all of a change or none.
struct TenantFeatures {
    features: BTreeMap<FeatureName, Arc<Feature>>,
    routes: RouteTable,
    directory: Arc<Directory>,
}

/// All features of all tenants.
pub struct Runtime {
    shared: Shared,
    ledger: Arc<Ledger>,
    tenants: RwLock<BTreeMap<TenantId, Arc<TenantFeatures>>>,
    /// One change of features at a time; requests never wait for it.
    changing: tokio::sync::Mutex<()>,
}

impl Runtime {
    /// Starts the engine; no feature is installed yet.
    pub fn new(config: &EngineConfig, services: Services) -> wasmtime::Result<Self> {
        let threads = Handle::try_current().map_or(1, |executor| executor.metrics().num_workers());
        let shared = Shared {
            engine: engine::start(config)?,
            artefacts: Arc::new(Artefacts::new(services.artefacts)),
            pools: Arc::default(),
            renderings: Arc::default(),
            turns: Arc::new(Turns::new(threads)),
            stores: services.stores,
            identity: services.identity,
            sealers: services.sealers,
            clock: services.clock,
        };
        let tenants = RwLock::default();
        Ok(Self { shared, ledger: services.ledger, tenants, changing: tokio::sync::Mutex::new(()) })
    }

    /// Installs a feature, or replaces the one of the same name. Calls that are under way end on the old bytes.
    pub async fn install(
        &self,
        tenant: &TenantId,
        installation: &Installation,
    ) -> Result<Arc<Installed>, InstallError> {
        let directory = self.directory(tenant);
        let fits = |manifest: &Arc<Manifest>| self.fits(tenant, manifest);
        let feature = install::prepare(&self.shared, tenant, &directory, installation, fits).await?;
        let feature = Arc::new(feature);
        let installed = Arc::clone(feature.installed());
        let name = installed.manifest.name.clone();
        let _changing = self.changing.lock().await;
        let mut features = self.features(tenant);
        refuse_second_directory(&features, &installed.manifest)?;
        features.insert(name, Arc::clone(&feature));
        self.replace(tenant, directory.clone(), features)?;
        if installed.manifest.directory {
            directory.set_source(Some(Arc::clone(&feature.services().stores.sql)));
        }
        Ok(installed)
    }

    /// Takes a feature away; false when there was none. Its data stays.
    pub async fn remove(&self, tenant: &TenantId, name: &FeatureName) -> bool {
        let _changing = self.changing.lock().await;
        let mut features = self.features(tenant);
        let Some(removed) = features.remove(name) else { return false };
        let directory = self.directory(tenant);
        if removed.installed().manifest.directory {
            directory.set_source(None);
        }
        // Fewer routes cannot conflict.
        self.replace(tenant, directory, features).is_ok()
    }

    /// Which feature answers. `path` is below `/api/v1`, without a trailing slash.
    pub fn route(&self, tenant: &TenantId, method: &http::Method, path: &str) -> RouteMatch {
        match self.tenant(tenant) {
            Some(features) => features.routes.find(method, path),
            None => RouteMatch::NotFound,
        }
    }

    /// Calls the feature of a route.
    pub async fn handle(
        &self,
        context: &RequestContext,
        target: &RouteTarget,
        request: FeatureRequest,
    ) -> Result<FeatureResponse, DispatchError> {
        let feature = self.feature(&context.tenant, &target.feature)?;
        feature.handle(context, &target.account, request).await
    }

    /// Hands an event to a feature.
    pub async fn deliver(
        &self,
        context: &RequestContext,
        name: &FeatureName,
        event: FeatureEvent,
    ) -> Result<EventAnswer, DispatchError> {
        let feature = self.feature(&context.tenant, name)?;
        let kind = CallKind::Event(event.topic.as_str().into());
        let account = self.ledger.account(&context.tenant, name, kind);
        feature.deliver(context, &account, event).await
    }

    /// Lets a feature do a job.
    pub async fn run_job(
        &self,
        context: &RequestContext,
        name: &FeatureName,
        job: FeatureJob,
    ) -> Result<EventAnswer, DispatchError> {
        let feature = self.feature(&context.tenant, name)?;
        let kind = CallKind::Job(format!("job {}", job.name).into());
        let account = self.ledger.account(&context.tenant, name, kind);
        feature.run_job(context, &account, job).await
    }

    /// The features that hear a topic.
    pub fn subscribers(&self, tenant: &TenantId, topic: &str) -> Vec<FeatureName> {
        let Some(features) = self.tenant(tenant) else { return Vec::new() };
        let hears = |feature: &&Arc<Feature>| {
            feature.installed().manifest.subscribes.iter().any(|wanted| wanted == topic)
        };
        let names = features.features.values().filter(hears).map(|f| f.installed().manifest.name.clone());
        names.collect()
    }

    /// Everything installed in a tenant.
    pub fn installed(&self, tenant: &TenantId) -> Vec<Arc<Installed>> {
        let features = self.tenant(tenant);
        features.iter().flat_map(|t| t.features.values()).map(|f| Arc::clone(f.installed())).collect()
    }

    /// Tenants that have features.
    pub fn tenants(&self) -> Vec<TenantId> {
        self.tenants.read().unwrap_or_else(|e| e.into_inner()).keys().cloned().collect()
    }

    /// The outbox of a feature, for its relay.
    pub fn outbox(&self, tenant: &TenantId, feature: &FeatureName) -> Option<Arc<dyn Outbox>> {
        let feature = self.feature(tenant, feature).ok()?;
        Some(Arc::clone(&feature.services().stores.outbox))
    }

    /// The files of a feature.
    pub fn blobs(&self, tenant: &TenantId, feature: &FeatureName) -> Option<Arc<dyn BlobStore>> {
        let feature = self.feature(tenant, feature).ok()?;
        Some(Arc::clone(&feature.services().stores.blobs))
    }

    /// A letter that a feature of the tenant queued.
    pub fn open_letter(&self, tenant: &TenantId, payload: &[u8]) -> Result<Letter, Unreadable> {
        Letter::open(payload, &self.shared.sealers.of_mail(tenant))
    }

    /// Somebody of a tenant as they are now; none when nobody has this id, or the tenant has no features.
    pub async fn person(
        &self,
        tenant: &TenantId,
        user: Uuid,
        deadline: Deadline,
    ) -> Result<Option<Person>, SqlError> {
        match self.tenant(tenant) {
            Some(features) => features.directory.person(deadline, user).await,
            None => Ok(None),
        }
    }

    /// Forgets who is who in a tenant, because somebody changed.
    pub fn forget_directory(&self, tenant: &TenantId) {
        if let Some(features) = self.tenant(tenant) {
            features.directory.forget();
        }
    }

    /// Lets surplus idle instances go; to be called every minute or so.
    pub fn shrink(&self) {
        self.shared.pools.shrink();
    }

    fn tenant(&self, tenant: &TenantId) -> Option<Arc<TenantFeatures>> {
        self.tenants.read().unwrap_or_else(|e| e.into_inner()).get(tenant).cloned()
    }

    fn features(&self, tenant: &TenantId) -> BTreeMap<FeatureName, Arc<Feature>> {
        self.tenant(tenant).map(|features| features.features.clone()).unwrap_or_default()
    }

    fn directory(&self, tenant: &TenantId) -> Arc<Directory> {
        let mut tenants = self.tenants.write().unwrap_or_else(|e| e.into_inner());
        let features = tenants.entry(tenant.clone()).or_insert_with(|| {
            let (features, routes) = (BTreeMap::new(), RouteTable::default());
            Arc::new(TenantFeatures { features, routes, directory: Arc::default() })
        });
        Arc::clone(&features.directory)
    }

    fn feature(&self, tenant: &TenantId, name: &FeatureName) -> Result<Arc<Feature>, DispatchError> {
        let found = self.tenant(tenant).and_then(|features| features.features.get(name).cloned());
        found.ok_or_else(|| DispatchError {
            tenant: tenant.clone(),
            feature: name.clone(),
            digest: String::new(),
            kind: DispatchErrorKind::NotEnabled,
        })
    }

    /// Whether a feature goes with those that are there now. Asked again when it takes its place.
    fn fits(&self, tenant: &TenantId, newcomer: &Arc<Manifest>) -> Result<(), InstallError> {
        let features = self.features(tenant);
        refuse_second_directory(&features, newcomer)?;
        let others = features.values().map(|feature| &feature.installed().manifest);
        let manifests: Vec<_> =
            others.filter(|manifest| manifest.name != newcomer.name).chain([newcomer]).cloned().collect();
        RouteTable::build(tenant, &manifests, &self.ledger)?;
        Ok(())
    }

    fn replace(
        &self,
        tenant: &TenantId,
        directory: Arc<Directory>,
        features: BTreeMap<FeatureName, Arc<Feature>>,
    ) -> Result<(), InstallError> {
        let manifests: Vec<_> =
            features.values().map(|feature| Arc::clone(&feature.installed().manifest)).collect();
        let routes = RouteTable::build(tenant, &manifests, &self.ledger)?;
        let next = Arc::new(TenantFeatures { features, routes, directory });
        self.tenants.write().unwrap_or_else(|e| e.into_inner()).insert(tenant.clone(), next);
        Ok(())
    }
}

fn refuse_second_directory(
    features: &BTreeMap<FeatureName, Arc<Feature>>,
    newcomer: &Manifest,
) -> Result<(), InstallError> {
    let owner = features
        .values()
        .map(|feature| &feature.installed().manifest)
        .find(|manifest| manifest.directory && newcomer.directory && manifest.name != newcomer.name);
    owner.map_or(Ok(()), |manifest| Err(InstallError::SecondDirectory(manifest.name.clone())))
}
