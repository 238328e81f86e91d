//! The outermost step: names the request, lets CORS and the router answer it, and puts on every answer, also on
//! errors, what every answer carries.

use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, HttpBody as _};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::FutureExt as _;
use http::header::CONTENT_LENGTH;
use http::{HeaderValue, Method, Request};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;
use tracing::Instrument as _;

use crate::access_log::{self, Line};
use crate::cors::Cors;
use crate::problem::{Code, Problem};
use crate::rates::Uncounted;
use crate::services::Services;
use crate::visit::{REQUEST_ID, Visit};
use crate::{envelope, fdi, path, router, security};

/// Answers requests. Cheap to clone.
#[derive(Clone)]
pub struct App {
    services: Arc<Services>,
    cors: Arc<Cors>,
    routes: Router,
}

impl App {
    /// The whole room over these services.
    pub fn new(services: Arc<Services>) -> Self {
        let routes = router::router(Arc::clone(&services));
        Self::over(services, routes)
    }

    /// Other routes behind the same edge, to compare with.
    pub fn over(services: Arc<Services>, routes: Router) -> Self {
        let cors = Arc::new(Cors::new(&services.parts.options.origins));
        Self { services, cors, routes }
    }

    /// The services it stands on.
    pub fn services(&self) -> &Arc<Services> {
        &self.services
    }

    /// Answers a request that came from this address. Never fails: what goes wrong is an answer, too.
    pub async fn answer(&self, mut request: Request<Body>, peer: SocketAddr) -> Response {
        let visit = Visit::begin(&self.services.parts.options, request.headers(), peer.ip());
        let _in_flight = self.services.metrics.enter();
        let (method, uri) = (request.method().clone(), request.uri().clone());
        let origin = self.cors.allowed(request.headers());
        let preflight = self.cors.preflight(&request);
        let is_preflight = preflight.is_some();
        request.extensions_mut().insert(visit.clone());
        let mut response = match preflight {
            Some(response) => response,
            None => {
                let span = tracing::info_span!("request", request_id = visit.request_id.as_str());
                self.routed(request).instrument(span).await
            }
        };
        let dialect = fdi::dialect(&self.services.parts.options, uri.path());
        let error_code = envelope::fill(&mut response, &visit, dialect);
        self.cors.apply(origin, is_preflight, response.headers_mut());
        self.dress(&mut response, &visit);
        if method == Method::HEAD {
            drop_body(&mut response);
        }
        let took = visit.started.elapsed();
        self.services.metrics.observe(&method, response.status(), took);
        access_log::write(
            &Line { visit: &visit, method: &method, path: uri.path(), took, error_code },
            &response,
        );
        response
    }

    /// The same for callers within this process: whole bodies in and out, and no limit of requests.
    pub async fn answer_whole(&self, request: Request<Bytes>) -> http::Response<Bytes> {
        let here = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut request = request.map(Body::from);
        request.extensions_mut().insert(Uncounted);
        let (parts, body) = self.answer(request, here).await.into_parts();
        // A body that breaks off here was a file that did; the caller sees that it is short.
        let body = body.collect().await.map(|whole| whole.to_bytes()).unwrap_or_default();
        http::Response::from_parts(parts, body)
    }

    async fn routed(&self, mut request: Request<Body>) -> Response {
        match path::normalize(request.uri()) {
            Ok(None) => {}
            Ok(Some(uri)) => *request.uri_mut() = uri,
            Err(problem) => return problem.into_response(),
        }
        // A bug of ours must not end the connection without an answer.
        match AssertUnwindSafe(self.routes.clone().oneshot(request)).catch_unwind().await {
            Ok(Ok(response)) => response,
            Ok(Err(never)) => match never {},
            Err(_) => {
                tracing::error!("a handler panicked");
                Problem::from(Code::Internal).into_response()
            }
        }
    }

    fn dress(&self, response: &mut Response, visit: &Visit) {
        let headers = response.headers_mut();
        if let Ok(id) = HeaderValue::from_str(visit.request_id.as_str()) {
            headers.insert(REQUEST_ID, id);
        }
        security::apply(headers, self.services.parts.options.is_https());
    }
}

/// HEAD is GET without the body, its length included.
fn drop_body(response: &mut Response) {
    if let Some(length) = response.body().size_hint().exact() {
        response.headers_mut().entry(CONTENT_LENGTH).or_insert(HeaderValue::from(length));
    }
    *response.body_mut() = Body::empty();
}
