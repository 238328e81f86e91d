//! The configuration: flags before environment before file before defaults. Reads; starts nothing.

mod core;
mod database;
mod environment;
mod file;
mod mail;
mod sessions;
mod site;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use ipnet::IpNet;
use p2p_http::{HttpLimits, RateLimits, parse_origin};
use p2p_identity::CoreConfig;

pub use self::database::Database;
pub use self::environment::Environment;
use self::file::{File, Limits};
pub use self::mail::Mail;
pub use self::sessions::Sessions;
use crate::cli::{Places, Serve};

/// Where the configuration file is when nobody says.
const DEFAULT_FILE: &str = "p2p.toml";

/// Everything an operator can decide.
#[derive(Clone)]
pub struct Config {
    /// The file that was read.
    pub file: Option<PathBuf>,
    /// Address to listen on.
    pub listen: SocketAddr,
    /// Folder of everything kept.
    pub data: PathBuf,
    /// Where tenants and features come from.
    pub features: FeatureSource,
    /// Where people reach the server, when that was said.
    pub public_url: Option<String>,
    /// Domain of the session cookies; none: the host that set them.
    pub cookie_domain: Option<String>,
    /// Origins that may call with credentials.
    pub origins: Vec<String>,
    /// Proxies that are believed.
    pub trusted_proxies: Vec<IpNet>,
    /// The secret that was given; none: the one kept in the data folder.
    pub secret_key: Option<String>,
    /// Earlier secrets, which still open what they sealed.
    pub older_secret_keys: Vec<String>,
    /// What is logged, e.g. `info` or `info,p2p_http=debug`.
    pub log_level: String,
    /// Bearer token for `/metrics`.
    pub metrics_token: Option<String>,
    /// The services that keep what is kept; none: files below the data folder.
    pub database: Option<Database>,
    /// The SuperTokens Core that keeps credentials and sessions; none: the server itself.
    pub core: Option<CoreConfig>,
    /// Who letters come from, and who takes them.
    pub mail: Mail,
    /// Bounds of the HTTP room.
    pub limits: HttpLimits,
    /// How often one caller may ask.
    pub rates: RateLimits,
    /// How sessions behave.
    pub sessions: Sessions,
}

/// Where tenants and features come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FeatureSource {
    /// A folder of components, for one tenant.
    Folder(PathBuf),
    /// A tenants file.
    Tenants(PathBuf),
}

// Secrets stay out of logs.
impl std::fmt::Debug for Config {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Config").field("file", &self.file).field("data", &self.data).finish_non_exhaustive()
    }
}

impl Config {
    /// Puts it together.
    pub fn load(places: &Places, serve: &Serve, environment: &Environment) -> Result<Self> {
        environment.refuse_unsupported()?;
        let (path, file) = read_file(places)?;
        let folder = path.as_deref().and_then(Path::parent).map(Path::to_owned).unwrap_or_default();
        let listen = serve.listen.or(file.listen).unwrap_or(SocketAddr::from(([127, 0, 0, 1], 8000)));
        let data = places.data.clone().or(file.data.map(|data| folder.join(data)));
        let named = |name: &str, in_file: Option<String>| environment.get(name).or(in_file);
        let public_url = named("PUBLIC_URL", file.public_url).map(|url| parse_origin(&url)).transpose();
        let public_url = public_url.context("PUBLIC_URL (public_url)")?;
        let origins = origins(environment, file.cors_origins)?;
        let url = public_url.clone().unwrap_or_else(|| local_url(listen));
        let secret_key = named("SECRET_KEY", file.secret_key);
        check_secret(secret_key.iter().chain(&file.older_secret_keys))?;
        Ok(Self {
            listen,
            data: data.unwrap_or_else(|| PathBuf::from("data")),
            features: feature_source(places, file.features_dir, file.tenants, &folder)?,
            public_url,
            cookie_domain: named("COOKIE_DOMAIN", file.cookie_domain),
            sessions: Sessions::decide(file.sessions, environment, &url, &origins)?,
            origins,
            trusted_proxies: proxies(environment, file.trusted_proxies)?,
            secret_key,
            older_secret_keys: file.older_secret_keys,
            log_level: named("LOG_LEVEL", file.log_level).unwrap_or_else(|| "info".to_owned()),
            metrics_token: file.metrics_token,
            database: database::read(environment, file.database)?,
            core: core::read(environment, file.core)?,
            mail: mail::read(environment, file.mail, &folder)?,
            limits: http_limits(&file.limits),
            rates: file.rates.limits(),
            file: path,
        })
    }

    /// Where people reach the server: scheme and host, no slash at the end.
    pub fn url(&self) -> String {
        self.public_url.clone().unwrap_or_else(|| local_url(self.listen))
    }

    /// The host in that URL, for what is named after this server.
    pub fn host(&self) -> String {
        let url = self.url().parse::<http::Uri>().ok();
        let host = url.as_ref().and_then(http::Uri::host).map(str::to_owned);
        // An address alone names nothing that lasts.
        let is_name = |host: &String| host.parse::<std::net::IpAddr>().is_err() && !host.starts_with('[');
        host.filter(is_name).unwrap_or_else(|| "localhost".to_owned())
    }

    /// Where people use the product: what was said, else the first origin that may call, else the server itself.
    pub fn website(&self) -> String {
        let said = self.mail.website.clone().or_else(|| self.origins.first().cloned());
        said.unwrap_or_else(|| self.url())
    }

    /// Where letters lie that no server takes.
    pub fn mail_folder(&self) -> PathBuf {
        self.data.join("mail")
    }
}

fn read_file(places: &Places) -> Result<(Option<PathBuf>, File)> {
    let default = Path::new(DEFAULT_FILE);
    let path = match &places.config {
        Some(path) => path.clone(),
        None if default.is_file() => default.to_owned(),
        None => return Ok((None, File::default())),
    };
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let file = toml::from_str(&text).with_context(|| format!("{} is not right", path.display()))?;
    Ok((Some(path), file))
}

fn feature_source(
    places: &Places,
    features_dir: Option<PathBuf>,
    tenants: Option<PathBuf>,
    folder: &Path,
) -> Result<FeatureSource> {
    match (&places.features_dir, &places.tenants) {
        (Some(features_dir), _) => return Ok(FeatureSource::Folder(features_dir.clone())),
        (None, Some(tenants)) => return Ok(FeatureSource::Tenants(tenants.clone())),
        (None, None) => {}
    }
    match (features_dir, tenants) {
        (Some(_), Some(_)) => {
            bail!("the configuration names both `features_dir` and `tenants`: keep one of them")
        }
        (Some(features_dir), None) => Ok(FeatureSource::Folder(folder.join(features_dir))),
        (None, Some(tenants)) => Ok(FeatureSource::Tenants(folder.join(tenants))),
        (None, None) => Ok(FeatureSource::Folder(PathBuf::from("features"))),
    }
}

fn origins(environment: &Environment, in_file: Vec<String>) -> Result<Vec<String>> {
    let given = environment.list("BACKEND_CORS_ORIGINS")?.unwrap_or(in_file);
    let parsed: Result<_, _> = given.iter().map(|origin| parse_origin(origin)).collect();
    parsed.context("BACKEND_CORS_ORIGINS (cors_origins)")
}

fn proxies(environment: &Environment, in_file: Vec<String>) -> Result<Vec<IpNet>> {
    let given = environment.list("TRUSTED_PROXIES")?.unwrap_or(in_file);
    given.iter().map(|proxy| parse_proxy(proxy)).collect()
}

fn parse_proxy(text: &str) -> Result<IpNet> {
    let address = text.parse().map(|address: std::net::IpAddr| IpNet::from(address));
    address.or_else(|_| text.parse()).with_context(|| {
        format!("TRUSTED_PROXIES (trusted_proxies): `{text}` is no address like 10.0.0.1 and no range like 10.0.0.0/8")
    })
}

fn check_secret<'a>(secrets: impl Iterator<Item = &'a String>) -> Result<()> {
    for secret in secrets {
        if secret.len() < 16 {
            bail!(
                "SECRET_KEY (secret_key) has fewer than 16 characters: make one with `openssl rand -hex 32`"
            );
        }
    }
    Ok(())
}

/// What a person on this machine types into a browser.
fn local_url(listen: SocketAddr) -> String {
    match listen.ip() {
        ip if ip.is_loopback() || ip.is_unspecified() => format!("http://localhost:{}", listen.port()),
        _ => format!("http://{listen}"),
    }
}

fn http_limits(limits: &Limits) -> HttpLimits {
    let default = HttpLimits::default();
    let span = |given: Option<u64>, default| given.map_or(default, Duration::from_millis);
    HttpLimits {
        request: span(limits.request_timeout_ms, default.request),
        body: span(limits.body_timeout_ms, default.body),
        upload: span(limits.upload_timeout_ms, default.upload),
        headers: span(limits.header_timeout_ms, default.headers),
        connections: limits.connections.unwrap_or(default.connections).max(1),
        drain: span(limits.drain_timeout_ms, default.drain),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(pairs: &[(&str, &str)]) -> Environment {
        Environment::of(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
    }

    fn load(file: &str, pairs: &[(&str, &str)], serve: &Serve) -> Result<Config> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("p2p.toml");
        std::fs::write(&path, file).unwrap();
        let places = Places { config: Some(path), ..Places::default() };
        Config::load(&places, serve, &environment(pairs))
    }

    #[test]
    fn flags_come_before_environment_before_file_before_defaults() {
        let file = "listen = \"127.0.0.1:1\"\npublic_url = \"https://file.example\"\nlog_level = \"warn\"\n";
        let defaults = load("", &[], &Serve::default()).unwrap();
        assert_eq!((defaults.url().as_str(), defaults.log_level.as_str()), ("http://localhost:8000", "info"));
        let from_file = load(file, &[], &Serve::default()).unwrap();
        assert_eq!((from_file.listen.port(), from_file.url().as_str()), (1, "https://file.example"));
        let serve = Serve { listen: Some("127.0.0.1:2".parse().unwrap()), demo: false };
        let all = load(file, &[("PUBLIC_URL", "https://env.example/")], &serve).unwrap();
        assert_eq!(
            (all.listen.port(), all.url().as_str(), all.log_level.as_str()),
            (2, "https://env.example", "warn")
        );
    }

    #[test]
    fn lists_come_as_json_or_with_commas() {
        for text in
            [r#"["https://a.example", "http://b.example:3000/"]"#, "https://a.example, http://b.example:3000"]
        {
            let set = [("BACKEND_CORS_ORIGINS", text), ("PUBLIC_URL", "https://api.example")];
            let config = load("", &set, &Serve::default()).unwrap();
            assert_eq!(config.origins, ["https://a.example", "http://b.example:3000"]);
        }
        let config = load("trusted_proxies = [\"10.0.0.0/8\"]", &[], &Serve::default()).unwrap();
        assert_eq!(config.trusted_proxies.len(), 1);
    }

    #[test]
    fn mistakes_are_named() {
        for (file, pairs, word) in [
            ("lisen = \"127.0.0.1:1\"", [("A", "b")], "lisen"),
            ("[limits]\nconections = 1", [("A", "b")], "conections"),
            ("[rates]\nwrite_per_hour = 1", [("A", "b")], "write_per_hour"),
            ("[sessions]\nanti_csrf = \"off\"", [("A", "b")], "via-token"),
            ("", [("AUTH_REQUIRE_VERIFIED", "yes")], "AUTH_REQUIRE_VERIFIED"),
            ("", [("BACKEND_CORS_ORIGINS", "https://other.example")], "PUBLIC_URL"),
            ("listen = \"nowhere\"", [("A", "b")], "listen"),
            ("features_dir = \"a\"\ntenants = \"b\"", [("A", "b")], "keep one"),
            ("", [("BACKEND_CORS_ORIGINS", "*")], "BACKEND_CORS_ORIGINS"),
            ("", [("TRUSTED_PROXIES", "proxy")], "`proxy`"),
            ("", [("PUBLIC_URL", "example.org")], "PUBLIC_URL"),
            ("", [("SECRET_KEY", "short")], "SECRET_KEY"),
            ("", [("MONGODB_URL", "mongodb://x")], "MONGODB_URL"),
            ("", [("REDIS_URL", "redis://x")], "REDIS_URL"),
        ] {
            let error = format!("{:#}", load(file, &pairs, &Serve::default()).unwrap_err());
            assert!(error.contains(word), "{word}: {error}");
        }
    }

    #[test]
    fn limits_of_requests_are_those_of_the_contract_unless_the_file_says_otherwise() {
        let rates = |file: &str| load(file, &[], &Serve::default()).unwrap().rates;
        assert_eq!(rates(""), RateLimits::default());
        let changed = RateLimits { write_per_minute: 0, upload_per_hour: 5, ..RateLimits::default() };
        assert_eq!(rates("[rates]\nwrite_per_minute = 0\nupload_per_hour = 5"), changed);
    }

    #[test]
    fn paths_in_the_file_are_relative_to_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("p2p.toml");
        std::fs::write(&path, "data = \"d\"\ntenants = \"t.toml\"").unwrap();
        let places = Places { config: Some(path), ..Places::default() };
        let config = Config::load(&places, &Serve::default(), &environment(&[])).unwrap();
        assert_eq!(config.data, folder.path().join("d"));
        assert_eq!(config.features, FeatureSource::Tenants(folder.path().join("t.toml")));
        let places = Places { features_dir: Some("f".into()), ..places };
        let config = Config::load(&places, &Serve::default(), &environment(&[])).unwrap();
        assert_eq!(config.features, FeatureSource::Folder("f".into()));
    }
}
