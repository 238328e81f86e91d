//! The table of addresses. What is not named here and lies below `/api/v1` belongs to the features of the tenant; what
//! lies below the base path of the session protocol is sorted out by `fdi`.

use std::sync::Arc;

use axum::Router;
use axum::routing::{any, get};
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};

use crate::problem::{Code, Problem};
use crate::services::Services;
use crate::{audit, fdi, feature, files, health, metrics, openapi};

/// Answers smaller than this travel as they are, bytes.
const COMPRESS_ABOVE: u64 = 1_024;

/// Every address of this server.
pub fn router(services: Arc<Services>) -> Router {
    let protocol = format!("{}/{{*path}}", services.parts.options.auth_base_path);
    Router::new()
        .route("/health", get(health::summary))
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .route("/metrics", get(metrics::show))
        .route("/files/{tenant}/{feature}/{*name}", get(files::show))
        .route("/api/v1/openapi.json", get(openapi::show))
        .route("/api/v1/audit", get(audit::show))
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
