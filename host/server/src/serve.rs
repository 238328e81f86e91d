//! `p2p serve`: from a configuration to a server that answers, and from a signal to a server that has let go of
//! everything.

use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use p2p_context::{Deadline, TenantId};
use p2p_http::App;
use p2p_http::listener::{self, Drained};
use p2p_identity::{Identity, IdentityCall};
use p2p_jobs::{Chores, Worker, chores};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::cli::Serve;
use crate::config::Config;
use crate::lock::DataLock;
use crate::wiring::House;
use crate::{demo, descriptors, features, stop};

/// Between two looks at what other processes revoked, and at what is to be written down or forgotten.
const TICK: Duration = Duration::from_secs(1);
/// Longest wait for what the first call of a tenant would need.
const PREPARATION: Duration = Duration::from_secs(10);
/// Longest wait for deliveries under way at shutdown.
const BACKGROUND_DRAIN: Duration = Duration::from_secs(10);

/// Serves until a signal comes.
pub async fn run(config: &Config, serve: &Serve) -> Result<()> {
    let _lock = DataLock::of(config)?;
    descriptors::raise();
    // Bound first: who connects while features start waits instead of being refused.
    let listener = TcpListener::bind(config.listen).await.with_context(|| {
        format!(
            "cannot listen on {}: another program may use it; choose another with --listen",
            config.listen
        )
    })?;
    let config = &Config { listen: listener.local_addr()?, ..config.clone() };
    let house = House::build(config, features::find(&config.features)?).await?;
    house.install().await.context("not every feature could be installed; see `p2p doctor`")?;
    let app = house.app(config);
    let stop = stop::on_signal()?;
    let background = Background::start(&house, &app, &stop).await?;
    announce(config, &house);
    if serve.demo {
        background.spawn(add_demo(app.clone(), config, house.tenants.clone(), stop.clone()));
    }
    let drained = listener::serve(app, listener, stop.cancelled_owned()).await;
    if let Drained::Cut(connections) = drained {
        tracing::warn!(
            connections,
            "connections were cut: their requests took longer than the drain timeout"
        );
    }
    background.finish().await;
    tracing::info!("stopped");
    Ok(())
}

/// What runs beside the requests.
struct Background {
    tasks: TaskTracker,
}

impl Background {
    async fn start(house: &House, app: &App, stop: &CancellationToken) -> Result<Self> {
        let tasks = TaskTracker::new();
        for tenant in &house.tenants {
            let (runtime, clock) = (Arc::clone(&house.runtime), Arc::clone(&house.clock));
            let mailer = Arc::clone(&house.mailer);
            let worker = Worker::new(runtime, &house.stores, tenant.id.clone(), clock, mailer).await?;
            tasks.spawn(worker.run(stop.clone()));
            tasks.spawn(prepare(Arc::clone(&house.identity), tenant.id.clone(), stop.clone()));
        }
        tasks.spawn(chores(Arc::clone(&house.runtime), Chores::default(), stop.clone()));
        let (identity, app, stop) = (Arc::clone(&house.identity), app.clone(), stop.clone());
        tasks.spawn(async move {
            while stop.run_until_cancelled(tokio::time::sleep(TICK)).await.is_some() {
                identity.tick().await;
                app.services().tick().await;
            }
        });
        Ok(Self { tasks })
    }

    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.tasks.spawn(task);
    }

    async fn finish(self) {
        self.tasks.close();
        if tokio::time::timeout(BACKGROUND_DRAIN, self.tasks.wait()).await.is_err() {
            tracing::warn!(
                "background work was cut; what was not delivered is delivered after the next start"
            );
        }
    }
}

/// The server answers meanwhile.
async fn prepare(identity: Arc<dyn Identity>, tenant: TenantId, stop: CancellationToken) {
    let call = IdentityCall::new(tenant, Deadline::after(PREPARATION));
    stop.run_until_cancelled(identity.prepare(&call)).await;
}

fn add_demo(
    app: App,
    config: &Config,
    tenants: Vec<p2p_tenants::Tenant>,
    stop: CancellationToken,
) -> impl Future<Output = ()> + use<> {
    let (url, letters) = (config.url(), config.mail.smtp.is_none().then(|| config.mail_folder()));
    async move {
        match stop.run_until_cancelled(demo::add(&app, &url, &tenants, letters)).await {
            Some(Ok(logins)) => say(&logins),
            Some(Err(error)) => {
                tracing::error!(error = format!("{error:#}"), "the demo data could not be added");
            }
            None => {}
        }
    }
}

fn announce(config: &Config, house: &House) {
    let features: usize = house.tenants.iter().map(|tenant| tenant.features.len()).sum();
    if features == 0 {
        tracing::warn!("no feature is installed: every route answers 404");
    }
    let (url, version) = (config.url(), env!("CARGO_PKG_VERSION"));
    say(&format!(
        "p2p {version} answers on {listen}\n  API      {url}/api/v1\n  OpenAPI  {url}/api/v1/openapi.json\n  \
         Health   {url}/health\n  Data     {data}\n  {tenants} tenant(s), {features} feature(s); Ctrl-C stops",
        listen = config.listen,
        data = config.data.display(),
        tenants = house.tenants.len(),
    ));
}

/// Tells whoever started the server. Nobody listening is no reason to end.
fn say(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}
