//! The twin as a server: one worker thread and the same HTTP room as `p2p serve`.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use p2p_context::SystemClock;
use p2p_http::{App, HttpOptions, RateLimits, Services, ServicesParts, listener};
use p2p_runtime::Features;
use p2p_tenants::Hosts;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing_subscriber::EnvFilter;

use super::twin::{Care, Twin};
use crate::places::{Components, PUBLIC_URL};
use crate::stand::Site;

/// Serves until SIGTERM.
pub fn serve(data: &Path, site: Option<&Site>, listen: SocketAddr, components: &Components) -> Result<()> {
    // What the product does: JSON lines on standard error, and at this level none of them.
    tracing_subscriber::fmt()
        .json()
        .with_env_filter(EnvFilter::new("warn"))
        .with_writer(std::io::stderr)
        .init();
    let threads = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    threads.block_on(run(data, site, listen, components))
}

async fn run(data: &Path, site: Option<&Site>, listen: SocketAddr, components: &Components) -> Result<()> {
    let listener = TcpListener::bind(listen).await.with_context(|| format!("cannot listen on {listen}"))?;
    let twin = Twin::open(data, site, components, Care::Full, Arc::new(SystemClock)).await?;
    let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
    let relay = tasks.spawn(twin.relay().await?.run(stop.clone()));
    tasks.close();
    let mut terminate = signal(SignalKind::terminate())?;
    let terminated = async move {
        terminate.recv().await;
    };
    listener::serve(app(&twin), listener, terminated).await;
    stop.cancel();
    relay.await?
}

fn app(twin: &Twin) -> App {
    let options = HttpOptions {
        public_url: Some(PUBLIC_URL.to_owned()),
        rates: RateLimits::OFF,
        ..HttpOptions::default()
    };
    App::new(Services::new(ServicesParts {
        runtime: Arc::clone(&twin.features) as Arc<dyn Features>,
        identity: Arc::clone(&twin.identity),
        stores: Arc::clone(&twin.stores),
        hosts: Hosts::of(std::slice::from_ref(&twin.tenant)),
        ledger: Arc::clone(&twin.ledger),
        clock: Arc::clone(&twin.clock),
        options,
    }))
}
