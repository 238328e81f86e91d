//! Which addresses browsers take for pages of one site: by that they decide whether a cookie is sent along. Knows
//! addresses only, not what follows from them.

use std::net::IpAddr;

/// Where an address belongs.
#[derive(Debug, PartialEq, Eq)]
enum Site<'a> {
    /// This machine, or one that has no name.
    Local,
    /// What somebody registered, e.g. `example.co.uk`.
    Domain(&'a str),
}

/// Whether two addresses, written as origins, have scheme and site in common.
pub fn is_same_site(one: &str, other: &str) -> bool {
    scheme(one) == scheme(other) && site(one) == site(other)
}

/// Whether an address is `localhost` or a number.
pub fn is_local(origin: &str) -> bool {
    site(origin) == Site::Local
}

fn scheme(origin: &str) -> Option<&str> {
    origin.split_once("://").map(|(scheme, _)| scheme)
}

fn site(origin: &str) -> Site<'_> {
    let host = host(origin);
    if host == "localhost" || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok() {
        return Site::Local;
    }
    // Under a suffix by which many people register, each name is a site of its own; the suffix itself is one, too.
    Site::Domain(psl::domain_str(host).unwrap_or(host))
}

/// The host without its port; brackets of an IPv6 address stay.
fn host(origin: &str) -> &str {
    let authority = origin.split_once("://").map_or(origin, |(_, authority)| authority);
    match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => host,
        _ => authority,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_is_a_scheme_and_what_somebody_registered() {
        for (one, other, is_same) in [
            ("https://api.example.org", "https://app.example.org", true),
            ("https://api.example.org:8443", "https://example.org", true),
            ("https://api.example.org", "http://app.example.org", false),
            ("https://api.example.org", "https://example.com", false),
            ("https://one.co.uk", "https://two.co.uk", false),
            ("https://api.one.co.uk", "https://one.co.uk", true),
            ("https://one.github.io", "https://two.github.io", false),
            ("http://localhost:8000", "http://127.0.0.1:3000", true),
            ("http://[::1]:8000", "http://localhost:3000", true),
            ("http://localhost:8000", "http://app.example.org", false),
        ] {
            assert_eq!(is_same_site(one, other), is_same, "{one} {other}");
        }
        assert!(is_local("http://192.168.1.5:8000") && !is_local("https://example.org"));
    }
}
