//! What is known of a request before anything has looked at it: its id, who sent it, which language they read.

use std::net::IpAddr;
use std::time::Instant;

use http::HeaderMap;
use http::header::{ACCEPT_LANGUAGE, HeaderName};
use p2p_context::{Language, RequestId};

use crate::options::HttpOptions;

/// Carries the request's id, in and out.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The addresses a request came through, as proxies wrote them.
pub const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// One request, from its first byte to its line in the log.
#[derive(Debug, Clone)]
pub struct Visit {
    /// Names it everywhere.
    pub request_id: RequestId,
    /// Who sent it: the first address that is not a proxy of ours.
    pub client: IpAddr,
    /// Language of messages.
    pub language: Language,
    /// When it began.
    pub started: Instant,
}

impl Visit {
    /// Reads the headers of a request that came from this address.
    pub fn begin(options: &HttpOptions, headers: &HeaderMap, peer: IpAddr) -> Self {
        let is_proxied = is_trusted(options, peer);
        let request_id = match text(headers, &REQUEST_ID).filter(|_| is_proxied) {
            Some(id) => RequestId::from_header(id),
            None => RequestId::fresh(),
        };
        let client = if is_proxied { forwarded(options, headers).unwrap_or(peer) } else { peer };
        let language = text(headers, &ACCEPT_LANGUAGE).map(Language::from_accept).unwrap_or_default();
        Self { request_id, client, language, started: Instant::now() }
    }
}

/// The last address that no trusted proxy wrote down for another: entries to its left can be made up by the client.
fn forwarded(options: &HttpOptions, headers: &HeaderMap) -> Option<IpAddr> {
    let lines = headers.get_all(FORWARDED_FOR);
    let entries: Vec<&str> =
        lines.iter().filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(',')).collect();
    let mut seen = None;
    for entry in entries.iter().rev() {
        let Ok(address) = entry.trim().parse::<IpAddr>() else { break };
        seen = Some(address);
        if !is_trusted(options, address) {
            break;
        }
    }
    seen
}

fn is_trusted(options: &HttpOptions, address: IpAddr) -> bool {
    options.trusted_proxies.iter().any(|net| net.contains(&address.to_canonical()))
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn visit(peer: &str, headers: &[(HeaderName, &str)]) -> Visit {
        let options =
            HttpOptions { trusted_proxies: vec!["10.0.0.0/8".parse().unwrap()], ..HttpOptions::default() };
        let headers = headers.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect();
        Visit::begin(&options, &headers, peer.parse().unwrap())
    }

    #[test]
    fn only_a_trusted_proxy_names_client_and_id() {
        let sent = [(FORWARDED_FOR, "1.1.1.1, 9.9.9.9, 10.0.0.7"), (REQUEST_ID, "from-the-proxy")];
        let proxied = visit("10.0.0.1", &sent);
        assert_eq!(
            (proxied.client.to_string().as_str(), proxied.request_id.as_str()),
            ("9.9.9.9", "from-the-proxy")
        );
        let direct = visit("8.8.8.8", &sent);
        assert_eq!(direct.client.to_string(), "8.8.8.8");
        assert_ne!(direct.request_id.as_str(), "from-the-proxy");
    }

    #[test]
    fn nonsense_from_a_proxy_is_left_out() {
        assert_eq!(visit("10.0.0.1", &[(FORWARDED_FOR, "x, unknown")]).client.to_string(), "10.0.0.1");
        assert_eq!(visit("10.0.0.1", &[(ACCEPT_LANGUAGE, "ar")]).language, Language::Ar);
    }
}
