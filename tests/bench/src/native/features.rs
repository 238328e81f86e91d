//! The natively linked features as the HTTP room calls them, in place of the runtime.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use async_trait::async_trait;
use p2p_context::{Clock, Deadline, FeatureName, RequestContext, Scope, TenantId};
use p2p_identity::{Identity, RequestTokens, Sealers};
use p2p_runtime::{
    Directory, DispatchError, DispatchErrorKind, FeatureRequest, FeatureResponse, Features, Installed,
    Person, RouteMatch, RouteTable, RouteTarget,
};
use p2p_sdk::{Delivery, EventError, Feature};
use p2p_storage::{BlobStore, FeatureStores, SqlError, StoreLimits, Stores};
use p2p_tenants::Ledger;
use send_wrapper::SendWrapper;

use super::call::{self, Ground, NativeCall};
use crate::places::Components;

type Linked = (&'static str, fn() -> Feature);

/// The features that are linked into this program, by name.
const LINKED: [Linked; 3] = [
    ("accounts", p2p_accounts::feature),
    ("forums", p2p_forums::feature),
    ("measured", p2p_fixture_measured::feature),
];

/// What the features stand on.
pub struct Foundations {
    pub tenant: TenantId,
    pub stores: Arc<dyn Stores>,
    pub identity: Arc<dyn Identity>,
    pub sealers: Sealers,
    pub clock: Arc<dyn Clock>,
}

/// The linked features of one tenant.
pub struct NativeFeatures {
    tenant: TenantId,
    routes: RouteTable,
    features: BTreeMap<FeatureName, NativeFeature>,
    directory: Arc<Directory>,
}

/// A linked feature.
pub struct NativeFeature {
    feature: Feature,
    installed: Arc<Installed>,
    ground: Arc<Ground>,
}

impl NativeFeatures {
    /// Opens the stores of every linked feature. Manifests are read from the components, so that both sides have the
    /// same.
    pub async fn open(on: &Foundations, components: &Components, ledger: &Ledger) -> Result<Self> {
        let directory = Arc::<Directory>::default();
        let mut features = BTreeMap::new();
        for (name, feature) in LINKED {
            let native = NativeFeature::open(on, &directory, components, name, feature()).await;
            let native = native.with_context(|| format!("the feature {name}"))?;
            if native.installed.manifest.directory {
                directory.set_source(Some(Arc::clone(&native.ground.stores.sql)));
            }
            features.insert(native.installed.manifest.name.clone(), native);
        }
        let manifests: Vec<_> =
            features.values().map(|native| Arc::clone(&native.installed.manifest)).collect();
        let routes = RouteTable::build(&on.tenant, &manifests, ledger)?;
        Ok(Self { tenant: on.tenant.clone(), routes, features, directory })
    }

    /// Every feature.
    pub fn each(&self) -> impl Iterator<Item = &NativeFeature> {
        self.features.values()
    }

    /// The feature of this name.
    pub fn get(&self, name: &FeatureName) -> Option<&NativeFeature> {
        self.features.get(name)
    }

    /// Forgets who is who, because somebody changed.
    pub fn forget_directory(&self) {
        self.directory.forget();
    }
}

impl NativeFeature {
    async fn open(
        on: &Foundations,
        directory: &Arc<Directory>,
        components: &Components,
        name: &str,
        feature: Feature,
    ) -> Result<Self> {
        let (manifest, digest) = components.read(name)?;
        let scope = Scope { tenant: on.tenant.clone(), feature: manifest.name.clone() };
        let stores = on.stores.open(&scope, &manifest.store_migrations(), StoreLimits::default()).await?;
        let ground = Ground {
            tenant: on.tenant.clone(),
            stores,
            identity: Arc::clone(&on.identity),
            sealer: on.sealers.of(&scope),
            directory: Arc::clone(directory),
            renderings: Arc::default(),
            settings: b"{}".to_vec(),
            clock: Arc::clone(&on.clock),
        };
        let grants = p2p_tenants::default_grants(&manifest.name);
        let installed = Installed { tenant: on.tenant.clone(), digest, manifest: Arc::new(manifest), grants };
        Ok(Self { feature, installed: Arc::new(installed), ground: Arc::new(ground) })
    }

    /// What it says of itself.
    pub fn installed(&self) -> &Installed {
        &self.installed
    }

    /// Its stores.
    pub fn stores(&self) -> &FeatureStores {
        &self.ground.stores
    }

    /// Whether it hears a topic.
    pub fn hears(&self, topic: &str) -> bool {
        self.installed.manifest.subscribes.iter().any(|wanted| wanted == topic)
    }

    /// Hands it an event; answers whether its SQL store has recorded it.
    pub async fn hear(
        &self,
        about: &RequestContext,
        id: uuid::Uuid,
        delivery: Delivery,
    ) -> Result<bool, EventError> {
        let call = NativeCall::new(&self.ground, about.deadline, RequestTokens::default(), Some(id));
        SendWrapper::new(async {
            let recorded = call.recorded();
            let ctx = call.into_ctx(about);
            self.feature.hear(&ctx, delivery).await.map(|()| recorded.get())
        })
        .await
    }

    async fn answer(&self, about: &RequestContext, request: FeatureRequest) -> FeatureResponse {
        let call = NativeCall::new(&self.ground, about.deadline, request.tokens.clone(), None);
        let ctx = call.into_ctx(about);
        call::response(self.feature.handle(&ctx, call::request(request)).await)
    }
}

#[async_trait]
impl Features for NativeFeatures {
    fn route(&self, tenant: &TenantId, method: &http::Method, path: &str) -> RouteMatch {
        if *tenant == self.tenant { self.routes.find(method, path) } else { RouteMatch::NotFound }
    }

    async fn handle(
        &self,
        context: &RequestContext,
        target: &RouteTarget,
        request: FeatureRequest,
    ) -> Result<FeatureResponse, DispatchError> {
        let Some(native) = self.features.get(&target.feature) else {
            return Err(DispatchError {
                tenant: context.tenant.clone(),
                feature: target.feature.clone(),
                digest: String::new(),
                kind: DispatchErrorKind::NotEnabled,
            });
        };
        Ok(SendWrapper::new(native.answer(context, request)).await)
    }

    fn installed(&self, _tenant: &TenantId) -> Vec<Arc<Installed>> {
        self.features.values().map(|native| Arc::clone(&native.installed)).collect()
    }

    fn blobs(&self, _tenant: &TenantId, feature: &FeatureName) -> Option<Arc<dyn BlobStore>> {
        self.features.get(feature).map(|native| Arc::clone(&native.ground.stores.blobs))
    }

    async fn person(
        &self,
        _tenant: &TenantId,
        user: uuid::Uuid,
        deadline: Deadline,
    ) -> Result<Option<Person>, SqlError> {
        self.directory.person(deadline, user).await
    }
}
