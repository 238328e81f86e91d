//! Calls without HTTP: the same requests handed to the runtime and to the natively linked feature, by turns in this
//! process, over a store whose answer is ready.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, bail};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, header};
use p2p_context::{Clock, Deadline, FeatureName, Language, RequestContext, RequestId, SystemClock, TenantId};
use p2p_identity::{EmbeddedIdentity, IdentityConfig, Sealers, Secrets};
use p2p_runtime::{EngineConfig, FeatureRequest, Features, RouteMatch, RouteTarget, Runtime};
use p2p_storage::Stores;
use p2p_tenants::{Installation, Ledger};

use crate::effort::Effort;
use crate::native::{Foundations, NativeFeatures, sdk_rows};
use crate::numbers::{median, median_ratio};
use crate::places::{PUBLIC_URL, Places, SECRET};
use crate::process::own_cpu;
use crate::ready_rows::{self, ReadyStores};
use crate::stand::tenant;

/// What is called, and how many microseconds it may take.
const CALLS: [(&str, &str, Option<f64>); 2] =
    [("bare call", "/measured/bare", None), ("20 rows × 8 columns to JSON", "/measured/rows", Some(18.0))];

/// A call on both sides, microseconds of CPU.
#[derive(Debug)]
pub struct Call {
    pub name: &'static str,
    pub native_us: f64,
    pub component_us: f64,
    pub ratio: f64,
    pub target_us: Option<f64>,
}

/// What was found.
#[derive(Debug)]
pub struct InProcess {
    pub calls: Vec<Call>,
    /// Of the native call with rows: reading every cell once more, because the SDK does not know that side's host.
    pub check_us: f64,
    /// Calls per side and line.
    pub counted: u32,
}

/// Both sides in this process.
struct House {
    native: NativeFeatures,
    runtime: Runtime,
    _folder: tempfile::TempDir,
}

/// Measures every call.
pub async fn measure(places: &Places, effort: &Effort) -> Result<InProcess> {
    println!("calls within the process");
    let house = House::open(places).await?;
    let mut calls = Vec::new();
    for (name, path, target_us) in CALLS {
        let sides = (Asked::new(&house.native, path)?, Asked::new(&house.runtime, path)?);
        let (native, component) = by_turns(&sides.0, &sides.1, effort).await?;
        let ratio = median_ratio(component.clone(), native.clone());
        let (native_us, component_us) = (median(native), median(component));
        println!("  {name}: {component_us:.1} µs, native {native_us:.1} µs");
        calls.push(Call { name, native_us, component_us, ratio, target_us });
    }
    Ok(InProcess { calls, check_us: check(effort)?, counted: effort.calls * effort.call_rounds })
}

/// Microseconds per call of each round; first of all both must say the same.
async fn by_turns(
    native: &Asked<'_>,
    component: &Asked<'_>,
    effort: &Effort,
) -> Result<(Vec<f64>, Vec<f64>)> {
    let (expected, found) = (native.call().await?, component.call().await?);
    if expected != found {
        bail!("native answers {expected:?}, the component {found:?}");
    }
    let mut spent = (Vec::new(), Vec::new());
    for _ in 0..effort.call_rounds {
        spent.0.push(native.round(effort.calls).await?);
        spent.1.push(component.round(effort.calls).await?);
    }
    Ok(spent)
}

impl House {
    async fn open(places: &Places) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let on = foundations(folder.path())?;
        let ledger = Arc::new(Ledger::default());
        let native = NativeFeatures::open(&on, &places.components, &ledger).await?;
        let services = p2p_runtime::Services {
            stores: on.stores,
            identity: on.identity,
            sealers: on.sealers,
            ledger,
            clock: on.clock,
            artefacts: places.bench.join("compiled"),
        };
        let engine = EngineConfig { instances: 16, ..EngineConfig::default() };
        let runtime = Runtime::new(&engine, services).map_err(|error| anyhow!("{error:#}"))?;
        let name = FeatureName::new("measured")?;
        let installation = Installation::with_defaults(&name, places.components.file("measured")?);
        runtime.install(&on.tenant, &installation).await?;
        Ok(Self { native, runtime, _folder: folder })
    }
}

/// The same for both sides.
fn foundations(folder: &Path) -> Result<Foundations> {
    let stores: Arc<dyn Stores> = Arc::new(ReadyStores::new(folder));
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let secrets = Secrets::new(SECRET, [])?;
    let people = IdentityConfig::for_api(PUBLIC_URL);
    let identity = EmbeddedIdentity::new(Arc::clone(&stores), secrets.clone(), Arc::clone(&clock), people)?;
    Ok(Foundations {
        tenant: tenant(None).id,
        stores,
        identity: Arc::new(identity),
        sealers: Sealers::new(secrets),
        clock,
    })
}

/// One request, again and again.
struct Asked<'a> {
    features: &'a dyn Features,
    tenant: TenantId,
    target: RouteTarget,
    request: FeatureRequest,
}

impl<'a> Asked<'a> {
    fn new(features: &'a dyn Features, path: &str) -> Result<Self> {
        let tenant = tenant(None).id;
        let RouteMatch::Found(target) = features.route(&tenant, &http::Method::GET, path) else {
            bail!("nobody answers GET {path}");
        };
        let request = FeatureRequest {
            method: "GET".to_owned(),
            path: path.to_owned(),
            headers: headers(),
            ..FeatureRequest::default()
        };
        Ok(Self { features, tenant, target, request })
    }

    async fn call(&self) -> Result<Bytes> {
        let context = RequestContext {
            request_id: RequestId::fresh(),
            tenant: self.tenant.clone(),
            actor: None,
            deadline: Deadline::after(Duration::from_secs(30)),
            language: Language::En,
            address: None,
        };
        let answer = self.features.handle(&context, &self.target, self.request.clone()).await?;
        if answer.status != 200 {
            bail!("{} answers {}: {:?}", self.request.path, answer.status, answer.body);
        }
        Ok(answer.body)
    }

    /// Microseconds of this process's CPU per call.
    async fn round(&self, calls: u32) -> Result<f64> {
        let before = own_cpu();
        for _ in 0..calls {
            std::hint::black_box(self.call().await?);
        }
        Ok(per_call(before, calls))
    }
}

/// What comes with every request.
fn headers() -> HeaderMap {
    let value = HeaderValue::from_static;
    HeaderMap::from_iter([
        (header::HOST, value("localhost:8000")),
        (header::ACCEPT, value("application/json")),
        (header::ACCEPT_LANGUAGE, value("en-GB,en;q=0.9,ar;q=0.8")),
        (header::USER_AGENT, value("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")),
    ])
}

fn per_call(before: Duration, calls: u32) -> f64 {
    (own_cpu() - before).as_secs_f64() * 1e6 / f64::from(calls)
}

/// What reading the rows once more costs, without the copy that both sides make.
fn check(effort: &Effort) -> Result<f64> {
    let rows = ready_rows::rows();
    let (mut with, mut without) = (Vec::new(), Vec::new());
    for _ in 0..effort.call_rounds {
        let before = own_cpu();
        for _ in 0..effort.calls {
            std::hint::black_box(sdk_rows(rows.clone()).context("the ready rows are malformed")?);
        }
        with.push(per_call(before, effort.calls));
        let before = own_cpu();
        for _ in 0..effort.calls {
            std::hint::black_box(rows.clone());
        }
        without.push(per_call(before, effort.calls));
    }
    Ok((median(with) - median(without)).max(0.0))
}
