//! Brings a component into a tenant: read, check, compile, link, open its stores, make the first instance. Nothing
//! is visible to requests until all of it worked.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use p2p_context::{Scope, TenantId};
use p2p_storage::{OpenError, StoreLimits};
use p2p_tenants::{Digest, Grant, Installation, Manifest};
use tokio::time::timeout;
use wasmtime::component::{Component, Linker};

use crate::admission::Admission;
use crate::call::Installed;
use crate::capabilities;
use crate::contract::{self, ContractError};
use crate::directory::Directory;
use crate::feature::Feature;
use crate::guest::GuestPool;
use crate::inspect::{self, InspectError, Inspected};
use crate::letter::Stationery;
use crate::routes::RouteConflict;
use crate::runtime::Shared;
use crate::state::{FeatureServices, GuestState};

/// Longest a first instance may take to be made.
const START: Duration = Duration::from_secs(10);

/// Why a component was not installed. The text is for the operator and says what to do.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    /// The file cannot be read.
    #[error("{path} cannot be read: {reason}")]
    File {
        /// Which file.
        path: String,
        /// The system's words.
        reason: String,
    },
    /// The file is not the one the tenants file names.
    #[error(
        "the file has digest {found}, the tenants file says {wanted}; install the right file or change the digest"
    )]
    Digest {
        /// In the tenants file.
        wanted: String,
        /// Of the file.
        found: Digest,
    },
    /// Not a component with a manifest.
    #[error(transparent)]
    Inspect(#[from] InspectError),
    /// Does not fit the contract or the grants.
    #[error(transparent)]
    Contract(#[from] ContractError),
    /// An import or export has another signature than the contract's.
    #[error("does not link: {0}")]
    Link(String),
    /// Its first instance could not be made.
    #[error("cannot start: {0}")]
    Start(String),
    /// Its stores could not be opened.
    #[error(transparent)]
    Stores(#[from] OpenError),
    /// Another feature answers one of its routes.
    #[error(transparent)]
    Route(#[from] RouteConflict),
    /// The tenant has another feature that owns the directory.
    #[error("offers a directory, but `{0}` already does")]
    SecondDirectory(p2p_context::FeatureName),
}

/// Makes a feature ready to be called. `fits` says whether it goes with the tenant's other features.
pub async fn prepare(
    shared: &Shared,
    tenant: &TenantId,
    directory: &Arc<Directory>,
    installation: &Installation,
    fits: impl FnOnce(&Arc<Manifest>) -> Result<(), InstallError>,
) -> Result<Feature, InstallError> {
    let bytes = read(installation).await?;
    let digest = Digest::of(&bytes);
    if let Some(wanted) = &installation.digest
        && wanted != digest.as_str()
    {
        return Err(InstallError::Digest { wanted: wanted.clone(), found: digest });
    }
    let inspected = inspect::inspect(&bytes)?;
    let used = contract::check(&inspected, &installation.grants)?;
    let manifest = Arc::new(inspected.manifest.clone());
    // Before its stores are opened: a feature that is refused here must not have migrated them.
    fits(&manifest)?;
    let component = compile(shared, &digest, bytes).await?;
    let template = link(shared, &component, &inspected, &used)?;
    let services = services(shared, tenant, directory, installation, &inspected, &digest).await?;
    let pool = GuestPool::new(shared.engine.clone(), template, Arc::clone(&services), &shared.pools);
    match timeout(START, pool.take()).await {
        Ok(Ok(first)) => pool.give_back(first),
        Ok(Err(error)) => return Err(InstallError::Start(format!("{error:#}"))),
        Err(_) => return Err(InstallError::Start(format!("its start took more than {} s", START.as_secs()))),
    }
    let installed = Installed { tenant: tenant.clone(), digest, manifest, grants: used };
    Ok(Feature::new(Arc::new(installed), services, pool, Admission::new(&installation.limits)))
}

async fn read(installation: &Installation) -> Result<Vec<u8>, InstallError> {
    let path = &installation.file;
    tokio::fs::read(path)
        .await
        .map_err(|error| InstallError::File { path: path.display().to_string(), reason: error.to_string() })
}

async fn compile(shared: &Shared, digest: &Digest, bytes: Vec<u8>) -> Result<Component, InstallError> {
    let (engine, artefacts, digest) = (shared.engine.clone(), Arc::clone(&shared.artefacts), digest.clone());
    let compiled = tokio::task::spawn_blocking(move || artefacts.load(&engine, &digest, &bytes)).await;
    match compiled {
        Ok(Ok(component)) => Ok(component),
        Ok(Err(error)) => Err(InstallError::Link(format!("{error:#}"))),
        Err(error) => Err(InstallError::Start(error.to_string())),
    }
}

fn link(
    shared: &Shared,
    component: &Component,
    inspected: &Inspected,
    grants: &BTreeSet<Grant>,
) -> Result<wasmtime::component::InstancePre<GuestState>, InstallError> {
    let refuse = |error: wasmtime::Error| InstallError::Link(format!("{error:#}"));
    let mut linker = Linker::new(&shared.engine);
    capabilities::link_types(&mut linker).map_err(refuse)?;
    for grant in grants {
        capabilities::link(&mut linker, *grant).map_err(refuse)?;
    }
    // `contract::check` has let through nothing but our own interfaces and the WASI HTTP types that the export for
    // other hosts drags in; this host never calls that export.
    if inspected.imports.iter().any(|import| contract::is_stubbed(import)) {
        linker.define_unknown_imports_as_traps(component).map_err(refuse)?;
    }
    linker.instantiate_pre(component).map_err(refuse)
}

fn stationery(
    shared: &Shared,
    tenant: &TenantId,
    installation: &Installation,
    inspected: &Inspected,
) -> Stationery {
    let to_anybody = installation.grants.contains(&Grant::Credentials);
    Stationery::new(shared.sealers.of_mail(tenant), &inspected.manifest, to_anybody)
}

async fn services(
    shared: &Shared,
    tenant: &TenantId,
    directory: &Arc<Directory>,
    installation: &Installation,
    inspected: &Inspected,
    digest: &Digest,
) -> Result<Arc<FeatureServices>, InstallError> {
    let scope = Scope { tenant: tenant.clone(), feature: inspected.manifest.name.clone() };
    let migrations = inspected.manifest.store_migrations();
    let stores = shared.stores.open(&scope, &migrations, StoreLimits::default()).await?;
    Ok(Arc::new(FeatureServices {
        sealer: shared.sealers.of(&scope),
        scope,
        digest: digest.clone(),
        stores,
        identity: Arc::clone(&shared.identity),
        directory: Arc::clone(directory),
        renderings: Arc::clone(&shared.renderings),
        turns: Arc::clone(&shared.turns),
        stationery: stationery(shared, tenant, installation, inspected),
        settings: installation.settings.to_string().into_bytes(),
        limits: installation.limits.clone(),
        clock: Arc::clone(&shared.clock),
    }))
}
