//! How sessions behave: what the operator says, and where they say nothing, what suits the addresses of the API and of
//! the websites that call it.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use p2p_http::BasePath;
use p2p_identity::{AntiCsrf, SameSite, SessionConfig};

use super::Environment;
use super::file::{self, AntiCsrfName, SameSiteName};
use super::site::{is_local, is_same_site};

const REQUIRE_VERIFIED: &str = "AUTH_REQUIRE_VERIFIED";

/// The decisions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sessions {
    /// Life of an access token; none: the default.
    pub access_validity: Option<Duration>,
    /// A session that is not refreshed for this long ends; none: the default.
    pub refresh_validity: Option<Duration>,
    /// The cookies' SameSite.
    pub same_site: SameSite,
    /// How calls with cookies prove that they come from our own pages.
    pub anti_csrf: AntiCsrf,
    /// Where the routes of the session protocol lie.
    pub auth_base_path: BasePath,
    /// The domain that cookies had before it was changed; empty: the host itself.
    pub older_cookie_domain: Option<String>,
    /// Whether routes that need a session refuse people whose address nobody confirmed.
    pub require_verified: bool,
}

impl Sessions {
    /// Decides for an API at this address, which pages of these origins call.
    pub fn decide(
        said: file::Sessions,
        environment: &Environment,
        api: &str,
        websites: &[String],
    ) -> Result<Self> {
        let same_site = same_site(said.same_site, api, websites)?;
        let base_path = said.auth_base_path.as_deref().map(BasePath::parse).transpose();
        Ok(Self {
            access_validity: said.access_token_seconds.map(Duration::from_secs),
            refresh_validity: said.refresh_token_hours.map(Duration::from_hours),
            same_site,
            anti_csrf: said.anti_csrf.map_or(AntiCsrf::suiting(same_site), AntiCsrf::from),
            auth_base_path: base_path.context("auth_base_path in [sessions]")?.unwrap_or_default(),
            older_cookie_domain: said.older_cookie_domain,
            require_verified: require_verified(environment)?.or(said.require_verified).unwrap_or(false),
        })
    }

    /// The same as identity wants to hear it.
    pub fn settings(&self, api: &str, cookie_domain: Option<&str>) -> SessionConfig {
        let default = SessionConfig::for_api(api);
        SessionConfig {
            access_validity: self.access_validity.unwrap_or(default.access_validity),
            refresh_validity: self.refresh_validity.unwrap_or(default.refresh_validity),
            api_base_path: self.auth_base_path.to_string(),
            cookie_domain: cookie_domain.map(str::to_owned),
            older_cookie_domain: self.older_cookie_domain.clone(),
            same_site: self.same_site,
            anti_csrf: self.anti_csrf,
            ..default
        }
    }
}

/// Lax where all calls come from the API's own site, else None, which browsers take over https only.
fn same_site(said: Option<SameSiteName>, api: &str, websites: &[String]) -> Result<SameSite> {
    let foreign = websites.iter().find(|website| !is_same_site(api, website));
    let suiting = if foreign.is_some() { SameSite::None } else { SameSite::Lax };
    let same_site = said.map_or(suiting, SameSite::from);
    let are_local = is_local(api) && websites.iter().all(|website| is_local(website));
    if same_site == SameSite::None && !api.starts_with("https://") && !are_local {
        let website = foreign.map_or("the website", String::as_str);
        bail!(
            "{website} is another site than {api}: session cookies have to be SameSite=None then, which browsers take over \
             https only. Set PUBLIC_URL to an https address, or same_site in [sessions]"
        );
    }
    Ok(same_site)
}

fn require_verified(environment: &Environment) -> Result<Option<bool>> {
    match environment.get(REQUIRE_VERIFIED).as_deref() {
        None => Ok(None),
        Some("true") => Ok(Some(true)),
        Some("false") => Ok(Some(false)),
        Some(other) => bail!("{REQUIRE_VERIFIED} is `{other}`: write true or false"),
    }
}

impl From<AntiCsrfName> for AntiCsrf {
    fn from(name: AntiCsrfName) -> Self {
        match name {
            AntiCsrfName::None => Self::None,
            AntiCsrfName::ViaCustomHeader => Self::ViaCustomHeader,
            AntiCsrfName::ViaToken => Self::ViaToken,
        }
    }
}

impl From<SameSiteName> for SameSite {
    fn from(name: SameSiteName) -> Self {
        match name {
            SameSiteName::Lax => Self::Lax,
            SameSiteName::Strict => Self::Strict,
            SameSiteName::None => Self::None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decide(toml: &str, api: &str, websites: &[&str]) -> Result<Sessions> {
        let websites: Vec<String> = websites.iter().map(|website| (*website).to_owned()).collect();
        Sessions::decide(toml::from_str(toml)?, &Environment::default(), api, &websites)
    }

    #[test]
    fn cookies_suit_the_addresses_of_api_and_websites() {
        for (api, websites, same_site, anti_csrf) in [
            ("http://localhost:8000", &[][..], SameSite::Lax, AntiCsrf::None),
            ("http://localhost:8000", &["http://127.0.0.1:3000"], SameSite::Lax, AntiCsrf::None),
            ("https://api.example.org", &["https://app.example.org"], SameSite::Lax, AntiCsrf::None),
            (
                "https://api.example.org",
                &["https://app.example.org", "https://other.example"],
                SameSite::None,
                AntiCsrf::ViaCustomHeader,
            ),
            ("https://localhost:8000", &["http://localhost:3000"], SameSite::None, AntiCsrf::ViaCustomHeader),
            ("http://localhost:8000", &["https://localhost:3000"], SameSite::None, AntiCsrf::ViaCustomHeader),
        ] {
            let sessions = decide("", api, websites).unwrap();
            assert_eq!(
                (sessions.same_site, sessions.anti_csrf),
                (same_site, anti_csrf),
                "{api} {websites:?}"
            );
            let settings = sessions.settings(api, Some("example.org"));
            assert_eq!((settings.check(), settings.cookie_secure), (Ok(()), api.starts_with("https")));
            assert_eq!(settings.cookie_domain.as_deref(), Some("example.org"));
        }
    }

    #[test]
    fn cookies_that_no_browser_would_take_end_the_start() {
        for (toml, api, websites) in [
            ("", "http://api.example.org", &["http://other.example"][..]),
            ("", "http://localhost:8000", &["https://app.example.org"]),
            ("same_site = \"none\"", "http://api.example.org", &[]),
        ] {
            let error = decide(toml, api, websites).unwrap_err().to_string();
            assert!(error.contains("https"), "{error}");
        }
        assert!(decide("same_site = \"lax\"", "http://localhost:8000", &["https://app.example.org"]).is_ok());
    }

    #[test]
    fn every_key_is_heard() {
        let toml = "access_token_seconds = 60\nrefresh_token_hours = 2\nanti_csrf = \"via-token\"\n\
            same_site = \"strict\"\nauth_base_path = \"/people/\"\nolder_cookie_domain = \"\"\n";
        let settings =
            decide(toml, "https://a.example", &[]).unwrap().settings("https://a.example", Some("a.example"));
        assert_eq!(settings.check(), Ok(()));
        assert_eq!(
            (settings.access_validity, settings.refresh_validity),
            (Duration::from_secs(60), Duration::from_hours(2))
        );
        assert_eq!((settings.anti_csrf, settings.same_site), (AntiCsrf::ViaToken, SameSite::Strict));
        assert_eq!(settings.api_base_path, "/people");
        assert_eq!(settings.older_cookie_domain.as_deref(), Some(""));
        let error =
            format!("{:#}", decide("auth_base_path = \"/files\"", "https://a.example", &[]).unwrap_err());
        assert!(error.contains("auth_base_path") && error.contains("/files"), "{error}");
    }

    #[test]
    fn the_environment_says_whether_addresses_must_be_verified() {
        let decide = |value: &str, toml: &str| {
            let environment = Environment::of([(REQUIRE_VERIFIED.to_owned(), value.to_owned())]);
            Sessions::decide(toml::from_str(toml).unwrap(), &environment, "https://a.example", &[])
        };
        assert!(decide("true", "").unwrap().require_verified);
        assert!(decide("", "require_verified = true").unwrap().require_verified);
        assert!(!decide("false", "require_verified = true").unwrap().require_verified);
        assert!(decide("yes", "").unwrap_err().to_string().contains(REQUIRE_VERIFIED));
    }
}
