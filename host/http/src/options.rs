//! What an operator decides about HTTP. Values only; reading them from files and the environment is the server's.

use std::time::Duration;

use ipnet::IpNet;

use crate::fdi::BasePath;

/// Everything configurable of this room.
#[derive(Debug, Clone, Default)]
pub struct HttpOptions {
    /// Origins whose pages may call with credentials, as [`parse_origin`] returns them.
    pub origins: Vec<String>,
    /// Where people reach this server, e.g. `https://example.org`; HSTS is sent when it is https.
    pub public_url: Option<String>,
    /// Proxies whose `X-Forwarded-For` and `X-Request-Id` are believed.
    pub trusted_proxies: Vec<IpNet>,
    /// What `/metrics` wants as a bearer token; none shows it to this machine only.
    pub metrics_token: Option<String>,
    /// Bounds of time and number.
    pub limits: HttpLimits,
    /// How often one caller may ask.
    pub rates: RateLimits,
    /// Where the routes of the session protocol lie.
    pub auth_base_path: BasePath,
    /// Whether routes that need a session refuse people whose address nobody confirmed.
    pub require_verified: bool,
}

/// How often one caller may ask a tenant. 0 is without a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimits {
    /// Sign-ins, sign-ups and the like from one address.
    pub auth_per_minute: u32,
    /// Requests of one person, or of one address where nobody is signed in, that change nothing.
    pub read_per_minute: u32,
    /// Those that change something.
    pub write_per_minute: u32,
    /// Those that bring files.
    pub upload_per_hour: u32,
}

/// Bounds that no feature can widen.
#[derive(Debug, Clone)]
pub struct HttpLimits {
    /// Longest request without files, from its last header to the end of the feature's call.
    pub request: Duration,
    /// Longest wait for a whole body without files.
    pub body: Duration,
    /// Longest request with files.
    pub upload: Duration,
    /// Longest wait for the headers of a request, which also closes idle connections.
    pub headers: Duration,
    /// Connections at the same time; more wait in the system's queue.
    pub connections: usize,
    /// Longest wait for running requests at shutdown.
    pub drain: Duration,
}

/// Not an origin a browser would send.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not an origin: write scheme and host, e.g. https://app.example.org, without path; `*` is not allowed"
)]
pub struct InvalidOrigin(pub String);

impl Default for HttpLimits {
    fn default() -> Self {
        Self {
            request: Duration::from_secs(30),
            body: Duration::from_secs(15),
            upload: Duration::from_secs(300),
            // Longer than the minute for which proxies keep idle connections, or they would race with the close.
            headers: Duration::from_secs(75),
            connections: 4_096,
            drain: Duration::from_secs(20),
        }
    }
}

impl Default for RateLimits {
    fn default() -> Self {
        Self { auth_per_minute: 10, read_per_minute: 600, write_per_minute: 60, upload_per_hour: 30 }
    }
}

impl RateLimits {
    /// Nobody is ever told to wait.
    pub const OFF: Self =
        Self { auth_per_minute: 0, read_per_minute: 0, write_per_minute: 0, upload_per_hour: 0 };
}

impl HttpOptions {
    /// Whether people reach this server by https.
    pub fn is_https(&self) -> bool {
        self.public_url.as_deref().is_some_and(|url| url.starts_with("https://"))
    }
}

/// Checks an origin and writes it as browsers do: lower case, no slash at the end.
pub fn parse_origin(text: &str) -> Result<String, InvalidOrigin> {
    let origin = text.trim().trim_end_matches('/').to_ascii_lowercase();
    let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
    let is_host = |host: &str| {
        !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._:[]".contains(&b))
    };
    if host.is_some_and(is_host) { Ok(origin) } else { Err(InvalidOrigin(text.to_owned())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_written_as_browsers_send_them() {
        assert_eq!(parse_origin(" HTTPS://App.example.org/ ").unwrap(), "https://app.example.org");
        assert_eq!(parse_origin("http://localhost:3000").unwrap(), "http://localhost:3000");
        for bad in ["*", "", "app.example.org", "https://", "https://a/b", "https://a b", "null"] {
            assert!(parse_origin(bad).is_err(), "{bad}");
        }
    }
}
