//! How sessions behave in a deployment.

use std::time::Duration;

use crate::anti_csrf::AntiCsrf;

/// The cookie attribute of this name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SameSite {
    /// Not sent with calls from other sites, but with links.
    Lax,
    /// Sent from our own site only.
    Strict,
    /// Sent always; only with Secure.
    None,
}

impl SameSite {
    /// As it stands in a cookie.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Lax => "Lax",
            Self::Strict => "Strict",
            Self::None => "None",
        }
    }
}

/// Where our own route for refreshing stands, whatever the base path of the protocol.
const OWN_REFRESH_PATH: &str = "/api/v1/auth/refresh";

/// Spans, names and attributes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionConfig {
    /// Life of an access token.
    pub access_validity: Duration,
    /// A session that is not refreshed for this long ends.
    pub refresh_validity: Duration,
    /// For so long a refresh token still works after it was traded.
    pub refresh_grace: Duration,
    /// Scheme and authority of the API as browsers see it; `{tenant}` stands for the tenant's name.
    pub api_domain: String,
    /// Where the routes of the session protocol stand, e.g. `/auth`.
    pub api_base_path: String,
    /// Domain attribute of cookies; none makes them the host's own.
    pub cookie_domain: Option<String>,
    /// The domain that cookies had before it was changed, empty for the host's own: of cookies that come twice, those
    /// of this domain are removed. None leaves them be.
    pub older_cookie_domain: Option<String>,
    /// Whether cookies are kept from plain HTTP.
    pub cookie_secure: bool,
    /// The cookies' SameSite.
    pub same_site: SameSite,
    /// Protection against foreign calls.
    pub anti_csrf: AntiCsrf,
    /// Path of the access token's cookie.
    pub access_cookie_path: String,
}

/// Settings that no browser would honour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ConfigFault {
    /// Browsers drop such cookies.
    #[error("cookies with SameSite=None must be Secure")]
    NoneWithoutSecure,
    /// Neither a browser nor the router would find the routes.
    #[error("the base path of the session protocol begins with `/`, goes on, and does not end with `/`")]
    BasePath,
    /// Removing the older cookies would remove the present ones.
    #[error("the older cookie domain must differ from the present one")]
    OlderCookieDomain,
    /// A separator or control character would end the attribute.
    #[error("a cookie attribute holds a character that may not stand there")]
    CookieAttribute,
    /// A zero span, or refresh tokens that die before access tokens.
    #[error("access tokens must live, and refresh tokens must live longer")]
    Validity,
}

impl SessionConfig {
    /// The defaults for an API at this address, e.g. `http://localhost:8000`.
    pub fn for_api(api_domain: &str) -> Self {
        Self {
            access_validity: Duration::from_hours(1),
            refresh_validity: Duration::from_hours(2400),
            refresh_grace: Duration::from_secs(30),
            api_domain: api_domain.trim_end_matches('/').to_owned(),
            api_base_path: "/auth".to_owned(),
            cookie_domain: None,
            older_cookie_domain: None,
            cookie_secure: api_domain.starts_with("https://"),
            same_site: SameSite::Lax,
            anti_csrf: AntiCsrf::suiting(SameSite::Lax),
            access_cookie_path: "/".to_owned(),
        }
    }

    /// Each path that refreshes: the refresh token's cookie is sent to these alone.
    pub fn refresh_cookie_paths(&self) -> [String; 2] {
        [format!("{}/session/refresh", self.api_base_path), OWN_REFRESH_PATH.to_owned()]
    }

    /// Refuses what no browser would honour.
    pub fn check(&self) -> Result<(), ConfigFault> {
        if self.same_site == SameSite::None && !self.cookie_secure && !self.is_local() {
            return Err(ConfigFault::NoneWithoutSecure);
        }
        if !self.api_base_path.starts_with('/') || self.api_base_path.ends_with('/') {
            return Err(ConfigFault::BasePath);
        }
        if self.older_cookie_domain.as_deref().map(bare)
            == Some(bare(self.cookie_domain.as_deref().unwrap_or_default()))
        {
            return Err(ConfigFault::OlderCookieDomain);
        }
        if self.access_validity.as_secs() == 0 || self.refresh_validity <= self.access_validity {
            return Err(ConfigFault::Validity);
        }
        let is_plain = |text: &String| text.bytes().all(|b| b.is_ascii_graphic() && b != b';' && b != b',');
        let attributes = [&self.access_cookie_path, &self.api_base_path]
            .into_iter()
            .chain(&self.cookie_domain)
            .chain(&self.older_cookie_domain);
        if attributes.into_iter().all(is_plain) { Ok(()) } else { Err(ConfigFault::CookieAttribute) }
    }

    /// Who issues a tenant's tokens. Differs for every tenant, also when all share one address.
    pub fn issuer(&self, tenant: &str) -> String {
        let Self { api_domain, api_base_path, .. } = self;
        if api_domain.contains("{tenant}") {
            return format!("{}{api_base_path}", api_domain.replace("{tenant}", tenant));
        }
        format!("{api_domain}{api_base_path}/{tenant}")
    }

    fn is_local(&self) -> bool {
        let authority = self.api_domain.split_once("://").map_or(self.api_domain.as_str(), |(_, rest)| rest);
        let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
        host == "localhost" || host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok()
    }
}

/// Browsers take no notice of a leading dot.
fn bare(domain: &str) -> &str {
    domain.trim_start_matches('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_hold_for_plain_and_secure_addresses() {
        let plain = SessionConfig::for_api("http://localhost:8000/");
        assert_eq!(
            (plain.check(), plain.cookie_secure, plain.api_domain.as_str()),
            (Ok(()), false, "http://localhost:8000")
        );
        assert!(SessionConfig::for_api("https://api.example.org").cookie_secure);
    }

    #[test]
    fn what_browsers_would_drop_is_refused() {
        let with = |change: fn(&mut SessionConfig)| {
            let mut config = SessionConfig::for_api("http://api.example.org");
            change(&mut config);
            config.check()
        };
        assert_eq!(with(|c| c.same_site = SameSite::None), Err(ConfigFault::NoneWithoutSecure));
        assert_eq!(
            with(|c| (c.same_site, c.api_domain) = (SameSite::None, "http://127.0.0.1:8000".into())),
            Ok(())
        );
        assert_eq!(with(|c| (c.same_site, c.cookie_secure) = (SameSite::None, true)), Ok(()));
        for path in ["", "/", "auth", "/auth/"] {
            let mut config = SessionConfig::for_api("http://api.example.org");
            config.api_base_path = path.to_owned();
            assert_eq!(config.check(), Err(ConfigFault::BasePath), "{path}");
        }
        assert_eq!(
            with(|c| c.older_cookie_domain = Some(String::new())),
            Err(ConfigFault::OlderCookieDomain)
        );
        assert_eq!(
            with(|c| c.older_cookie_domain = Some("a.org; Secure".into())),
            Err(ConfigFault::CookieAttribute)
        );
        assert_eq!(with(|c| c.api_base_path = "/a;b".into()), Err(ConfigFault::CookieAttribute));
        assert_eq!(
            with(|c| c.cookie_domain = Some("a.org; Secure".into())),
            Err(ConfigFault::CookieAttribute)
        );
        assert_eq!(with(|c| c.access_validity = Duration::ZERO), Err(ConfigFault::Validity));
        assert_eq!(with(|c| c.refresh_validity = c.access_validity), Err(ConfigFault::Validity));
    }

    #[test]
    fn an_older_cookie_domain_is_another_one_whatever_its_dots() {
        let with = |older: &str, present: Option<&str>| {
            let mut config = SessionConfig::for_api("http://api.example.org");
            config.older_cookie_domain = Some(older.to_owned());
            config.cookie_domain = present.map(str::to_owned);
            config.check()
        };
        assert_eq!(with("", Some(".example.org")), Ok(()));
        assert_eq!(with("api.example.org", Some(".example.org")), Ok(()));
        assert_eq!(with(".example.org", None), Ok(()));
        assert_eq!(with("example.org", Some(".example.org")), Err(ConfigFault::OlderCookieDomain));
    }

    #[test]
    fn refresh_cookies_follow_the_base_path() {
        let mut config = SessionConfig::for_api("http://api.example.org");
        assert_eq!(config.refresh_cookie_paths(), ["/auth/session/refresh", "/api/v1/auth/refresh"]);
        config.api_base_path = "/people/in".to_owned();
        assert_eq!(config.refresh_cookie_paths(), ["/people/in/session/refresh", "/api/v1/auth/refresh"]);
        assert_eq!(config.issuer("acme"), "http://api.example.org/people/in/acme");
    }

    #[test]
    fn no_two_tenants_share_an_issuer() {
        let shared = SessionConfig::for_api("https://api.example.org");
        assert_eq!(shared.issuer("acme"), "https://api.example.org/auth/acme");
        let own = SessionConfig::for_api("https://{tenant}.example.org");
        assert_eq!(own.issuer("acme"), "https://acme.example.org/auth");
    }
}
