//! The keys of the configuration file. An unknown one is an error that names it.

use std::net::SocketAddr;
use std::path::PathBuf;

use p2p_http::RateLimits;
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
    pub database: Database,
    pub core: Core,
    pub mail: Mail,
    pub limits: Limits,
    pub rates: Rates,
    pub sessions: Sessions,
}

/// `[rates]`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rates {
    pub auth_per_minute: Option<u32>,
    pub read_per_minute: Option<u32>,
    pub write_per_minute: Option<u32>,
    pub upload_per_hour: Option<u32>,
}

impl Rates {
    /// What is written, and the default where nothing is.
    pub fn limits(&self) -> RateLimits {
        let default = RateLimits::default();
        RateLimits {
            auth_per_minute: self.auth_per_minute.unwrap_or(default.auth_per_minute),
            read_per_minute: self.read_per_minute.unwrap_or(default.read_per_minute),
            write_per_minute: self.write_per_minute.unwrap_or(default.write_per_minute),
            upload_per_hour: self.upload_per_hour.unwrap_or(default.upload_per_hour),
        }
    }
}

/// `[database]`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Database {
    pub url: Option<String>,
    pub connections: Option<u32>,
    pub mongodb_url: Option<String>,
}

/// `[core]`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Core {
    pub connection_uri: Option<String>,
    pub api_key: Option<String>,
}

/// `[mail]`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Mail {
    pub host: Option<String>,
    pub port: Option<u16>,
    pub user: Option<String>,
    pub password: Option<String>,
    pub tls: Option<String>,
    pub ca_file: Option<PathBuf>,
    pub from: Option<String>,
    pub website: Option<String>,
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

/// `[sessions]`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sessions {
    pub access_token_seconds: Option<u64>,
    pub refresh_token_hours: Option<u64>,
    pub anti_csrf: Option<AntiCsrfName>,
    pub same_site: Option<SameSiteName>,
    pub auth_base_path: Option<String>,
    pub older_cookie_domain: Option<String>,
    pub require_verified: Option<bool>,
}

/// The three ways, as they are written.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AntiCsrfName {
    None,
    ViaCustomHeader,
    ViaToken,
}

/// The cookie attribute, as it is written.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SameSiteName {
    Lax,
    Strict,
    None,
}
