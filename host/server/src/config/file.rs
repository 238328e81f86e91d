//! The keys of the configuration file. An unknown one is an error that names it.

use std::net::SocketAddr;
use std::path::PathBuf;

use serde::Deserialize;

/// `p2p.toml`. What each key means stands in docs/operate.md.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct File {
    pub listen: Option<SocketAddr>,
    pub data: Option<PathBuf>,
    pub features_dir: Option<PathBuf>,
    pub tenants: Option<PathBuf>,
    pub public_url: Option<String>,
    pub cookie_domain: Option<String>,
    pub cors_origins: Vec<String>,
    pub trusted_proxies: Vec<String>,
    pub secret_key: Option<String>,
    pub older_secret_keys: Vec<String>,
    pub log_level: Option<String>,
    pub metrics_token: Option<String>,
    pub limits: Limits,
}

/// `[limits]`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    pub connections: Option<usize>,
    pub request_timeout_ms: Option<u64>,
    pub body_timeout_ms: Option<u64>,
    pub upload_timeout_ms: Option<u64>,
    pub header_timeout_ms: Option<u64>,
    pub drain_timeout_ms: Option<u64>,
}
