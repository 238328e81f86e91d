//! The product without its HTTP room: all its components in the real runtime of this process, over stores that are handed
//! in.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, bail};
use p2p_context::{Actor, Clock, Deadline, FeatureName, Language, RequestContext, RequestId, TenantId};
use p2p_identity::{EmbeddedIdentity, IdentityConfig, PasswordCost, Sealers, Secrets};
use p2p_runtime::{EngineConfig, FeatureRequest, RouteMatch, Runtime, Services};
use p2p_storage::Stores;
use p2p_tenants::{Installation, Ledger, settings};
use serde_json::Value;

use crate::generate::{signed_up, signing_up};
use crate::places::{PUBLIC_URL, Places, SECRET};
use crate::stand::tenant;

const MINUTE: Duration = Duration::from_secs(60);

/// See the module.
pub struct House {
    pub runtime: Runtime,
    pub tenant: TenantId,
}

impl House {
    /// Installs every component. Passwords are hashed lightly: they guard nothing.
    pub async fn open(places: &Places, stores: Arc<dyn Stores>, clock: Arc<dyn Clock>) -> Result<Self> {
        let secrets = Secrets::new(SECRET, [])?;
        let mut people = IdentityConfig::for_api(PUBLIC_URL);
        people.password_cost = PasswordCost { memory_kib: 64, passes: 1, lanes: 1 };
        let identity =
            EmbeddedIdentity::new(Arc::clone(&stores), secrets.clone(), Arc::clone(&clock), people)?;
        let services = Services {
            stores,
            identity: Arc::new(identity),
            sealers: Sealers::new(secrets),
            ledger: Arc::new(Ledger::default()),
            clock,
            artefacts: places.bench.join("compiled"),
        };
        let runtime =
            Runtime::new(&EngineConfig::default(), services).map_err(|error| anyhow!("{error:#}"))?;
        let tenant = tenant(None).id;
        for file in places.components.product()? {
            let bytes = std::fs::read(&file)?;
            let manifest = p2p_runtime::inspect(&bytes).with_context(|| format!("{file:?}"))?.manifest;
            let mut installation = Installation::with_defaults(&manifest.name, file);
            installation.settings = settings::check(&manifest.settings, &installation.settings)?;
            runtime.install(&tenant, &installation).await?;
        }
        Ok(Self { runtime, tenant })
    }

    /// What a path answers to somebody; an error unless it is a success. A body makes it a POST.
    pub async fn ask(&self, actor: Option<&Actor>, path: &str, body: Option<&Value>) -> Result<Value> {
        let method = if body.is_some() { http::Method::POST } else { http::Method::GET };
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let RouteMatch::Found(target) = self.runtime.route(&self.tenant, &method, path) else {
            bail!("nobody answers {method} {path}");
        };
        let request = FeatureRequest {
            method: method.to_string(),
            path: path.to_owned(),
            query: query.to_owned(),
            body: body.map(Value::to_string).unwrap_or_default().into(),
            ..FeatureRequest::default()
        };
        let answer = self.runtime.handle(&self.context(actor), &target, request).await?;
        if !(200..300).contains(&answer.status) {
            bail!("{method} {path} answered {}: {}", answer.status, String::from_utf8_lossy(&answer.body));
        }
        Ok(serde_json::from_slice(&answer.body)?)
    }

    /// Signs up the person of this number.
    pub async fn sign_up(&self, person: u32) -> Result<Actor> {
        signed_up(&self.ask(None, "/auth/signup", Some(&signing_up(person))).await?)
    }

    /// The features by name.
    pub fn features(&self) -> Vec<FeatureName> {
        self.runtime.installed(&self.tenant).iter().map(|feature| feature.manifest.name.clone()).collect()
    }

    /// A call on behalf of somebody, or of the host.
    pub fn context(&self, actor: Option<&Actor>) -> RequestContext {
        RequestContext {
            request_id: RequestId::fresh(),
            tenant: self.tenant.clone(),
            actor: actor.cloned(),
            deadline: Deadline::after(MINUTE),
            language: Language::En,
            address: None,
        }
    }
}
