//! How session cookies will be set, and whether browsers would take them.

use super::Finding;
use crate::config::Config;

const WHAT: &str = "session cookies";

/// Looks at settings and addresses.
pub fn look(config: &Config) -> Finding {
    let url = config.url();
    let settings = config.sessions.settings(&url, config.cookie_domain.as_deref());
    if let Err(fault) = settings.check() {
        return Finding::wrong(WHAT, fault.to_string(), "change PUBLIC_URL, COOKIE_DOMAIN or [sessions]");
    }
    let secure = if settings.cookie_secure { ", Secure" } else { "" };
    let found = format!("SameSite={}{secure}", settings.same_site.as_str());
    match &settings.cookie_domain {
        Some(domain) if !is_within(&url, domain) => {
            let advice =
                format!("browsers take cookies of {domain} from its own hosts only: change COOKIE_DOMAIN");
            Finding::careful(WHAT, format!("{found}, but {url} is not of {domain}"), advice)
        }
        _ => Finding::fine(WHAT, found),
    }
}

/// Whether the host of a URL is the domain or below it.
fn is_within(url: &str, domain: &str) -> bool {
    let authority = url.split_once("://").map_or(url, |(_, authority)| authority);
    let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
    let (host, domain) = (host.to_ascii_lowercase(), domain.trim_start_matches('.').to_ascii_lowercase());
    host.strip_suffix(&domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_of_a_domain_by_whole_names() {
        for (url, domain, is_of) in [
            ("https://api.example.org", "example.org", true),
            ("https://api.example.org:8443", ".Example.org", true),
            ("https://example.org", "example.org", true),
            ("https://badexample.org", "example.org", false),
            ("http://localhost:8000", "example.org", false),
        ] {
            assert_eq!(is_within(url, domain), is_of, "{url} {domain}");
        }
    }
}
