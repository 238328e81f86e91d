//! Puts the rooms together over the stores that are configured. The only place that knows which implementation stands behind which
//! port.

use std::sync::Arc;

use anyhow::{Context, Result, anyhow};
use futures::future::join_all;
use p2p_context::{Clock, SystemClock, TenantId};
use p2p_http::{App, HttpOptions, Services, ServicesParts};
use p2p_identity::{CoreIdentity, EmbeddedIdentity, Identity, IdentityConfig, Sealers, Secrets};
use p2p_jobs::{Mailer, Sender};
use p2p_runtime::{EngineConfig, Runtime};
use p2p_storage::Stores;
use p2p_tenants::file::Tenant;
use p2p_tenants::{Hosts, Installation, Ledger};

use crate::config::Config;
use crate::secret::{self, SecretKeys};
use crate::stores;

/// The rooms of one server.
pub struct House {
    /// Who lives here.
    pub tenants: Vec<Tenant>,
    /// What is kept.
    pub stores: Arc<dyn Stores>,
    /// Who is who.
    pub identity: Arc<dyn Identity>,
    /// What runs.
    pub runtime: Arc<Runtime>,
    /// Who sends letters.
    pub mailer: Arc<Mailer>,
    /// What it used.
    pub ledger: Arc<Ledger>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
}

impl House {
    /// Builds the rooms; no feature is installed yet.
    pub async fn build(config: &Config, tenants: Vec<Tenant>) -> Result<Self> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let keys =
            secret::find_or_make(&config.data, config.secret_key.as_deref(), &config.older_secret_keys)?;
        let secrets = secrets(&keys)?;
        let stores = stores::of(config, &keys, &clock).await?;
        let identity = identity(config, &stores, &secrets, &clock)?;
        let mailer = Arc::new(mailer(config)?);
        let ledger = Arc::new(Ledger::default());
        let services = p2p_runtime::Services {
            stores: Arc::clone(&stores),
            identity: Arc::clone(&identity),
            sealers: Sealers::new(secrets),
            ledger: Arc::clone(&ledger),
            clock: Arc::clone(&clock),
            artefacts: config.data.join("cache").join("components"),
        };
        let runtime = Runtime::new(&engine(&tenants), services)
            .map_err(|error| anyhow!("the WebAssembly engine cannot start: {error:#}"))?;
        Ok(Self { tenants, stores, identity, runtime: Arc::new(runtime), mailer, ledger, clock })
    }

    /// Installs every feature of every tenant, side by side. All that is wrong is told at once.
    pub async fn install(&self) -> Result<()> {
        let each = self.tenants.iter().flat_map(|tenant| {
            tenant.features.iter().map(|(name, feature)| self.install_one(&tenant.id, name.as_str(), feature))
        });
        let failures: Vec<String> = join_all(each)
            .await
            .into_iter()
            .filter_map(Result::err)
            .map(|error| format!("{error:#}"))
            .collect();
        if failures.is_empty() { Ok(()) } else { Err(anyhow!(failures.join("\n"))) }
    }

    /// The HTTP room over all this.
    pub fn app(&self, config: &Config) -> App {
        let options = HttpOptions {
            origins: config.origins.clone(),
            public_url: Some(config.url()),
            trusted_proxies: config.trusted_proxies.clone(),
            metrics_token: config.metrics_token.clone(),
            limits: config.limits.clone(),
            rates: config.rates,
            auth_base_path: config.sessions.auth_base_path.clone(),
            require_verified: config.sessions.require_verified,
        };
        App::new(Services::new(ServicesParts {
            runtime: self.runtime.clone(),
            identity: Arc::clone(&self.identity),
            stores: Arc::clone(&self.stores),
            hosts: Hosts::of(&self.tenants),
            ledger: Arc::clone(&self.ledger),
            clock: Arc::clone(&self.clock),
            options,
        }))
    }

    async fn install_one(&self, tenant: &TenantId, name: &str, feature: &Installation) -> Result<()> {
        let installed = self.runtime.install(tenant, feature).await;
        let context = || format!("tenant `{tenant}`, feature `{name}` ({})", feature.file.display());
        let installed = installed.with_context(context)?;
        let (version, digest) = (&installed.manifest.version, installed.digest.short());
        tracing::info!(%tenant, feature = name, version, digest, "feature ready");
        Ok(())
    }
}

/// Sends letters to the server that is configured, or into the data folder.
pub fn mailer(config: &Config) -> Result<Mailer> {
    let sender = Sender::new(config.mail.from.as_deref(), &config.host(), &config.website())?;
    let sender = sender.answering_at(&config.url());
    match &config.mail.smtp {
        Some(smtp) => Ok(Mailer::to_server(smtp.clone(), sender)?),
        None => Ok(Mailer::to_folder(config.mail_folder(), sender)),
    }
}

/// Stores and identity, for commands that look for people.
pub async fn identity_of(config: &Config) -> Result<(Arc<dyn Stores>, Arc<dyn Identity>)> {
    let keys = secret::find(&config.data, config.secret_key.as_deref(), &config.older_secret_keys)?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let stores = stores::of(config, &keys, &clock).await?;
    let identity = identity(config, &stores, &secrets(&keys)?, &clock)?;
    Ok((stores, identity))
}

fn secrets(keys: &SecretKeys) -> Result<Secrets> {
    Ok(Secrets::new(&keys.current, keys.older.iter().map(String::as_str))?)
}

fn identity(
    config: &Config,
    stores: &Arc<dyn Stores>,
    secrets: &Secrets,
    clock: &Arc<dyn Clock>,
) -> Result<Arc<dyn Identity>> {
    let mut settings = IdentityConfig::for_api(&config.url());
    settings.sessions = config.sessions.settings(&config.url(), config.cookie_domain.as_deref());
    let (stores, clock) = (Arc::clone(stores), Arc::clone(clock));
    let identity: Result<Arc<dyn Identity>> = match &config.core {
        Some(core) => {
            CoreIdentity::new(stores, clock, settings, core).map(|identity| Arc::new(identity) as _).context(
                "SUPERTOKENS_CONNECTION_URI, PUBLIC_URL, COOKIE_DOMAIN and [sessions] do not go together",
            )
        }
        None => EmbeddedIdentity::new(stores, secrets.clone(), clock, settings)
            .map(|identity| Arc::new(identity) as _)
            .context("PUBLIC_URL, COOKIE_DOMAIN and [sessions] do not go together"),
    };
    identity
}

/// Room for the largest guest that any tenant allows.
fn engine(tenants: &[Tenant]) -> EngineConfig {
    let default = EngineConfig::default();
    let wanted =
        tenants.iter().flat_map(|tenant| tenant.features.values()).map(|feature| feature.limits.memory_mb);
    EngineConfig { memory_mb: wanted.max().unwrap_or_default().max(default.memory_mb), ..default }
}
