//! The table of addresses. What is not named here and lies below `/api/v1` belongs to the features of the tenant; what
//! lies below the base path of the session protocol is sorted out by `fdi`.

use std::sync::Arc;

use axum::Router;
use axum::routing::{MethodRouter, any, get};
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};

use crate::options::HttpOptions;
use crate::problem::{Code, Problem};
use crate::services::Services;
use crate::{audit, docs, fdi, feature, files, health, metrics, openapi};

/// Answers smaller than this travel as they are, bytes.
const COMPRESS_ABOVE: u64 = 1_024;

type Handler = fn() -> MethodRouter<Arc<Services>>;

/// The host's own addresses that are read with GET. Those of the session protocol stand in `fdi`.
const READ: [(&str, Handler); 10] = [
    ("/health", || get(health::summary)),
    ("/health/live", || get(health::live)),
    ("/health/ready", || get(health::ready)),
    ("/metrics", || get(metrics::show)),
    ("/files/{tenant}/{feature}/{*name}", || get(files::show)),
    ("/api/v1/openapi.json", || get(openapi::show)),
    ("/api/v1/audit", || get(audit::show)),
    ("/docs", || get(docs::swagger_ui)),
    ("/docs/{file}", || get(docs::file)),
    ("/redoc", || get(docs::redoc)),
];

/// Method and path of every route that the host answers itself, whatever features there are.
pub fn own_routes(options: &HttpOptions) -> Vec<(&'static str, String)> {
    let read = READ.iter().map(|(path, _)| ("GET", (*path).to_owned()));
    let protocol =
        fdi::OWN.iter().map(|(method, below, _)| (*method, format!("{}{below}", options.auth_base_path)));
    read.chain(protocol).collect()
}

/// Every address of this server.
pub fn router(services: Arc<Services>) -> Router {
    let protocol = format!("{}/{{*path}}", services.parts.options.auth_base_path);
    READ.iter()
        .fold(Router::new(), |router, (path, handler)| router.route(path, handler()))
        .route(&protocol, any(fdi::answer))
        .fallback(feature::answer)
        .method_not_allowed_fallback(async || Problem::from(Code::MethodNotAllowed))
        .layer(compression())
        .with_state(services)
}

fn compression() -> CompressionLayer<impl Predicate> {
    let worth_it = SizeAbove::new(COMPRESS_ABOVE)
        .and(NotForContentType::IMAGES)
        .and(NotForContentType::SSE)
        .and(NotForContentType::const_new("video/"))
        .and(NotForContentType::const_new("application/zip"));
    CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(worth_it)
}
