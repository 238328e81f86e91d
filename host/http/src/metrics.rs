//! Figures for Prometheus: requests and connections counted here, calls of features read from the ledger.

mod ledger;

use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::time::Duration;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, Method, StatusCode};
use p2p_tenants::Ledger;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use self::ledger::LedgerFigures;
use crate::problem::{Code, Problem};
use crate::services::Services;
use crate::visit::{FORWARDED_FOR, Visit};

/// Upper bounds of the request times, seconds.
const SECONDS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// Everything that is counted in this room.
pub struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    seconds: Histogram,
    in_flight: Gauge,
    connections: Gauge,
}

/// Counts one more of something until it is dropped.
pub struct Presence(Gauge<i64, AtomicI64>);

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    method: &'static str,
    status: u32,
}

impl Metrics {
    /// Nothing counted yet.
    pub fn new(calls: Arc<Ledger>) -> Self {
        let metrics = Self {
            registry: Registry::default(),
            requests: Family::default(),
            seconds: Histogram::new(SECONDS),
            in_flight: Gauge::default(),
            connections: Gauge::default(),
        };
        metrics.registered(calls)
    }

    fn registered(mut self, calls: Arc<Ledger>) -> Self {
        let registry = &mut self.registry;
        registry.register("p2p_http_requests", "Requests answered", self.requests.clone());
        registry.register("p2p_http_request_seconds", "Time from headers to answer", self.seconds.clone());
        registry.register("p2p_http_requests_in_flight", "Requests being answered", self.in_flight.clone());
        registry.register("p2p_http_connections", "Open connections", self.connections.clone());
        registry.register_collector(Box::new(LedgerFigures(calls)));
        self
    }

    /// A request is being answered.
    pub fn enter(&self) -> Presence {
        Presence::of(&self.in_flight)
    }

    /// A connection is open.
    pub fn connect(&self) -> Presence {
        Presence::of(&self.connections)
    }

    /// A request was answered.
    pub fn observe(&self, method: &Method, status: StatusCode, took: Duration) {
        let labels = RequestLabels { method: label(method), status: u32::from(status.as_u16()) };
        self.requests.get_or_create(&labels).inc();
        self.seconds.observe(took.as_secs_f64());
    }
}

impl Presence {
    fn of(gauge: &Gauge) -> Self {
        gauge.inc();
        Self(gauge.clone())
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// `GET /metrics`: for whoever has the token, or, without one, for this machine. To others there is nothing here.
pub async fn show(
    State(services): State<Arc<Services>>,
    visit: axum::Extension<Visit>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let is_allowed = match &services.parts.options.metrics_token {
        Some(token) => has_token(&headers, token),
        // Behind a proxy that is not named as trusted everybody would seem to be on this machine.
        None => visit.client.to_canonical().is_loopback() && !headers.contains_key(FORWARDED_FOR),
    };
    if !is_allowed {
        return Err(Code::NotFound.into());
    }
    let mut text = String::new();
    encode(&mut text, &services.metrics.registry).map_err(|_| Code::Internal)?;
    let media_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(CONTENT_TYPE, media_type)], text).into_response())
}

fn has_token(headers: &HeaderMap, token: &str) -> bool {
    use subtle::ConstantTimeEq as _;
    let sent = headers.get(AUTHORIZATION).and_then(|value| value.as_bytes().strip_prefix(b"Bearer "));
    sent.is_some_and(|sent| sent.ct_eq(token.as_bytes()).into())
}

/// Methods that nobody ought to send share a name, so that strangers cannot make up metrics.
fn label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
