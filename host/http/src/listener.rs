//! Connections: accepts them, bounds them, hands their requests to the app, and lets them finish at shutdown.
//! HTTP/1.1; whoever terminates TLS in front speaks HTTP/2 to browsers.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::task::TaskTracker;

use crate::edge::App;
use crate::options::HttpLimits;

/// Header fields of one request; more are answered 431.
const HEADER_FIELDS: usize = 100;
/// Bytes of a request's head; more are answered 431.
const HEAD_BYTES: usize = 32 << 10;
/// Pause after the system refused to accept, e.g. for want of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// How the shutdown went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drained {
    /// Every request was answered.
    Whole,
    /// So many connections were still at it when the time was up.
    Cut(usize),
}

/// Serves until `stop` resolves, then finishes what is running.
pub async fn serve(app: App, listener: TcpListener, stop: impl Future<Output = ()>) -> Drained {
    let limits = app.services().parts.options.limits.clone();
    let places = Arc::new(Semaphore::new(limits.connections));
    let (graceful, tracker) = (GracefulShutdown::new(), TaskTracker::new());
    let http = protocol(&limits);
    let mut stop = std::pin::pin!(stop);
    loop {
        let (stream, peer, place) = tokio::select! {
            () = &mut stop => break,
            Some(accepted) = accept(&listener, &places) => accepted,
        };
        let _ = stream.set_nodelay(true);
        let connection = connection(app.clone(), peer, place);
        let serving = graceful.watch(http.serve_connection(TokioIo::new(stream), connection));
        tracker.spawn(async move {
            // A client that goes away or talks nonsense is no event of ours.
            if let Err(error) = serving.await {
                tracing::debug!(%peer, %error, "connection ended");
            }
        });
    }
    drop(listener);
    app.services().begin_drain();
    drain(graceful, &tracker, limits.drain).await
}

type Accepted = (TcpStream, SocketAddr, OwnedSemaphorePermit);

/// The next connection, once there is a place for it.
async fn accept(listener: &TcpListener, places: &Arc<Semaphore>) -> Option<Accepted> {
    let place = Arc::clone(places).acquire_owned().await.ok()?;
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => return Some((stream, peer, place)),
            Err(error) if is_of_client(&error) => {}
            Err(error) => {
                tracing::error!(%error, "no connection can be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

fn is_of_client(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

fn protocol(limits: &HttpLimits) -> http1::Builder {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(limits.headers)
        .max_headers(HEADER_FIELDS)
        .max_buf_size(HEAD_BYTES)
        .keep_alive(true);
    http
}

type Answer = Result<axum::response::Response, Infallible>;

/// Answers the requests of one connection; holds its place for as long as it lives.
fn connection(
    app: App,
    peer: SocketAddr,
    place: OwnedSemaphorePermit,
) -> impl hyper::service::Service<
    http::Request<Incoming>,
    Response = axum::response::Response,
    Error = Infallible,
    Future: Future<Output = Answer> + Send,
> {
    let held = Arc::new((place, app.services().metrics.connect()));
    service_fn(move |request: http::Request<Incoming>| {
        let (app, held) = (app.clone(), Arc::clone(&held));
        async move {
            let response = app.answer(request.map(Body::new), peer).await;
            drop(held);
            Ok(response)
        }
    })
}

async fn drain(graceful: GracefulShutdown, tracker: &TaskTracker, time: Duration) -> Drained {
    tracker.close();
    match tokio::time::timeout(time, graceful.shutdown()).await {
        Ok(()) => Drained::Whole,
        Err(_) => Drained::Cut(tracker.len()),
    }
}
