//! The HTTP room: from a connection to one call of a feature and back, and one envelope for every error. Knows axum
//! and hyper; knows no store driver and no wasmtime.
//!
//! A request goes one way: [`listener`] → [`edge`] (id, path, CORS, log) → [`router`] (the table) → [`feature`]
//! (tenant, session, access, body, the call, the answer).

mod access;
mod access_log;
mod audit;
mod body;
mod cors;
mod docs;
mod edge;
mod envelope;
mod fdi;
mod feature;
mod files;
mod foreign;
mod health;
mod keys;
pub mod listener;
mod messages;
mod metrics;
mod openapi;
mod options;
mod path;
mod problem;
mod rates;
mod reply;
mod router;
mod security;
mod services;
mod session;
mod sniff;
mod tenant;
mod upload;
mod visit;

pub use edge::App;
pub use fdi::{BasePath, InvalidBasePath};
pub use options::{HttpLimits, HttpOptions, InvalidOrigin, RateLimits, parse_origin};
pub use router::own_routes;
pub use services::{Services, ServicesParts};
