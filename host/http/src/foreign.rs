//! Pages of other people's sites, which may make a browser send a visitor's cookies along. The second lock behind
//! SameSite and the anti-CSRF check: a browser says truly from which page a call comes.

use http::HeaderValue;
use http::header::{HOST, HeaderName, ORIGIN};
use http::request::Parts;
use p2p_identity::{RequestTokens, TransferMode};

use crate::options::HttpOptions;
use crate::problem::{Code, Problem};

/// Set by browsers, never by pages.
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Refuses a call that changes something with cookies of a session, on behalf of a page that is neither the API's own
/// nor listed. A call without an origin is no page's.
pub fn refuse(options: &HttpOptions, parts: &Parts, tokens: &RequestTokens) -> Result<(), Problem> {
    let Some(origin) = parts.headers.get(ORIGIN) else { return Ok(()) };
    let is_harmless = parts.method.is_safe() || !rides_on_cookies(tokens);
    if is_harmless || is_listed(options, origin) || is_own(options, parts, origin) {
        return Ok(());
    }
    Err(Code::Forbidden.into())
}

/// Cookies come by themselves. Tokens in a header were put there by code that was allowed to read them.
fn rides_on_cookies(tokens: &RequestTokens) -> bool {
    let candidates = || tokens.access_candidates().chain(tokens.refresh_candidates());
    candidates().next().is_some() && candidates().all(|(mode, _)| mode == TransferMode::Cookie)
}

fn is_listed(options: &HttpOptions, origin: &HeaderValue) -> bool {
    options.origins.iter().any(|listed| listed.as_bytes() == origin.as_bytes())
}

/// The API's own pages: by its address, by the host the call was sent to, or because the browser says so, which also
/// holds behind a proxy that changes the host.
fn is_own(options: &HttpOptions, parts: &Parts, origin: &HeaderValue) -> bool {
    let Ok(origin) = origin.to_str() else { return false };
    let header = parts.headers.get(HOST).and_then(|host| host.to_str().ok());
    let host = parts.uri.authority().map(|authority| authority.as_str()).or(header);
    let of_host = origin.split_once("://").map(|(_, authority)| authority);
    options.public_url.as_deref() == Some(origin)
        || host.zip(of_host).is_some_and(|(host, authority)| host.eq_ignore_ascii_case(authority))
        || parts.headers.get(FETCH_SITE).is_some_and(|site| site == "same-origin")
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn is_refused(method: &str, headers: &[(&str, &str)]) -> bool {
        let options = HttpOptions {
            origins: vec!["https://app.example".to_owned()],
            public_url: Some("https://api.example".to_owned()),
            ..HttpOptions::default()
        };
        let mut request =
            Request::builder().method(method).uri("/api/v1/x").header("host", "acme.example:8000");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (parts, ()) = request.body(()).unwrap().into_parts();
        refuse(&options, &parts, &RequestTokens::from_headers(&parts.headers)).is_err()
    }

    #[test]
    fn a_foreign_page_cannot_ride_on_cookies() {
        let (access, refresh) = (("cookie", "sAccessToken=a"), ("cookie", "sRefreshToken=a"));
        for origin in ["https://evil.example", "null", "https://app.example.evil", "http://app.example", "x"]
        {
            assert!(is_refused("POST", &[("origin", origin), access]), "{origin}");
            assert!(is_refused("DELETE", &[("origin", origin), refresh]), "{origin}");
            assert!(!is_refused("GET", &[("origin", origin), access]), "reading changes nothing");
            assert!(!is_refused("POST", &[("origin", origin)]), "nobody is signed in");
            let bearer = ("authorization", "Bearer x");
            assert!(!is_refused("POST", &[("origin", origin), access, bearer]), "no page adds that unasked");
        }
    }

    #[test]
    fn our_own_pages_and_those_on_the_list_can() {
        let cookie = ("cookie", "sAccessToken=a");
        for origin in ["https://app.example", "https://api.example", "http://acme.example:8000"] {
            assert!(!is_refused("POST", &[("origin", origin), cookie]), "{origin}");
        }
        assert!(!is_refused("POST", &[cookie]), "no page at all");
        let proxied = [("origin", "http://localhost:5173"), cookie, ("sec-fetch-site", "same-origin")];
        assert!(!is_refused("POST", &proxied));
        let foreign = [("origin", "http://localhost:5173"), cookie, ("sec-fetch-site", "same-site")];
        assert!(is_refused("POST", &foreign));
    }
}
