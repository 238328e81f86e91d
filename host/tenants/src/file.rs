//! The tenants file: which tenants there are, the hosts they answer to and their features. Parsed strictly, checked
//! as a whole; reads no component.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use p2p_context::{FeatureName, TenantId};
use serde::Deserialize;
use serde_json::Value;

use crate::installation::{Grant, Installation, default_grants};
use crate::limits::FeatureLimits;

/// The host pattern of a tenant that answers to every host no other tenant names.
pub const ANY_HOST: &str = "*";

/// A tenant and what it has.
#[derive(Debug, Clone, PartialEq)]
pub struct Tenant {
    /// Its name.
    pub id: TenantId,
    /// Hosts it answers to: lower case, without a port; `*` for all that nobody else has.
    pub hosts: Vec<String>,
    /// Its features by the name their manifests give.
    pub features: BTreeMap<FeatureName, Installation>,
}

/// Why a tenants file, or a folder of features, was refused. The text is for the operator.
#[derive(Debug, thiserror::Error)]
pub enum TenantsError {
    /// The file or folder cannot be read.
    #[error("cannot read {}: {reason}", path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// The system's words.
        reason: String,
    },
    /// Not the TOML that is expected; names the line and the key.
    #[error("{}: {reason}", path.display())]
    Malformed {
        /// Which file.
        path: PathBuf,
        /// The parser's words.
        reason: String,
    },
    /// A rule is broken.
    #[error("tenant `{tenant}`: {reason}")]
    Invalid {
        /// Whose entry.
        tenant: TenantId,
        /// Which rule.
        reason: String,
    },
    /// No tenant is named.
    #[error("the tenants file names no tenant; add a [[tenant]] with id and hosts")]
    Empty,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    tenant: Vec<TenantEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TenantEntry {
    id: TenantId,
    hosts: Vec<String>,
    #[serde(default)]
    features: BTreeMap<FeatureName, FeatureEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FeatureEntry {
    file: PathBuf,
    digest: Option<String>,
    grants: BTreeSet<Grant>,
    #[serde(default = "no_settings")]
    settings: Value,
    #[serde(default)]
    limits: FeatureLimits,
}

/// Reads a tenants file. Component files in it are relative to the file's own folder.
pub fn read(path: &Path) -> Result<Vec<Tenant>, TenantsError> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| TenantsError::Unreadable { path: path.to_owned(), reason: error.to_string() })?;
    parse(&text, path)
}

/// Parses and checks the text of a tenants file that stands at this path.
pub fn parse(text: &str, path: &Path) -> Result<Vec<Tenant>, TenantsError> {
    let file: File = toml::from_str(text)
        .map_err(|error| TenantsError::Malformed { path: path.to_owned(), reason: error.to_string() })?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let tenants =
        file.tenant.into_iter().map(|entry| entry.into_tenant(folder)).collect::<Result<Vec<_>, _>>()?;
    check_apart(&tenants)?;
    Ok(tenants)
}

/// One tenant `main` that answers to every host and has these components with [`default_grants`]. The names are
/// those of the manifests, because grants go by name.
pub fn single(components: impl IntoIterator<Item = (FeatureName, PathBuf)>) -> Tenant {
    let installed = |(name, file)| (FeatureName::clone(&name), Installation::with_defaults(&name, file));
    let features = components.into_iter().map(installed).collect();
    Tenant { id: main_tenant(), hosts: vec![ANY_HOST.to_owned()], features }
}

/// The tenant of a server without a tenants file.
#[expect(clippy::expect_used, reason = "a literal that is a name")]
fn main_tenant() -> TenantId {
    TenantId::new("main").expect("a name")
}

impl Installation {
    /// The file as it is, with what a feature of this name usually needs.
    pub fn with_defaults(name: &FeatureName, file: PathBuf) -> Self {
        Self {
            file,
            digest: None,
            grants: default_grants(name),
            settings: no_settings(),
            limits: FeatureLimits::default(),
        }
    }
}

impl TenantEntry {
    fn into_tenant(self, folder: &Path) -> Result<Tenant, TenantsError> {
        let Self { id, hosts, features } = self;
        let invalid = |reason| TenantsError::Invalid { tenant: id.clone(), reason };
        if hosts.is_empty() {
            return Err(invalid("has no hosts, so nothing could reach it; name one, or \"*\"".to_owned()));
        }
        let hosts = hosts.iter().map(|host| host_pattern(host)).collect::<Result<_, _>>().map_err(invalid)?;
        let features = features
            .into_iter()
            .map(|(name, entry)| Ok((name.clone(), entry.into_installation(&name, folder)?)))
            .collect::<Result<_, String>>()
            .map_err(invalid)?;
        Ok(Tenant { id, hosts, features })
    }
}

impl FeatureEntry {
    fn into_installation(self, name: &FeatureName, folder: &Path) -> Result<Installation, String> {
        let Self { file, digest, grants, settings, limits } = self;
        if let Some(digest) = digest.as_deref().filter(|digest| !is_digest(digest)) {
            return Err(format!(
                "features.{name}.digest `{digest}` is not a SHA-256: 64 lower-case hex digits"
            ));
        }
        Ok(Installation { file: folder.join(file), digest, grants, settings, limits })
    }
}

fn no_settings() -> Value {
    Value::Object(serde_json::Map::new())
}

fn is_digest(digest: &str) -> bool {
    digest.len() == 64 && digest.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

fn host_pattern(host: &str) -> Result<String, String> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.[]:".contains(&b);
    let lower = host.to_ascii_lowercase();
    let is_pattern = host == ANY_HOST
        || (!host.is_empty() && host.bytes().all(plain) && crate::resolve::host_name(&lower) == lower);
    if is_pattern {
        Ok(lower)
    } else {
        Err(format!("`{host}` is not a host: a name without scheme, port or path, or \"*\""))
    }
}

fn check_apart(tenants: &[Tenant]) -> Result<(), TenantsError> {
    if tenants.is_empty() {
        return Err(TenantsError::Empty);
    }
    let (mut ids, mut hosts) = (BTreeSet::new(), BTreeMap::new());
    for Tenant { id, hosts: named, .. } in tenants {
        let invalid = |reason| TenantsError::Invalid { tenant: id.clone(), reason };
        if !ids.insert(id) {
            return Err(invalid("is named twice".to_owned()));
        }
        for host in named {
            if let Some(owner) = hosts.insert(host, id) {
                return Err(invalid(format!("the host `{host}` already belongs to `{owner}`")));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: &str = r#"
        [[tenant]]
        id = "acme"
        hosts = ["Acme.example", "*"]
        [tenant.features.forums]
        file = "forums.wasm"
        grants = ["sql", "log"]
        settings = { categories = ["General"] }
        limits = { deadline_ms = 900 }

        [[tenant]]
        id = "globex"
        hosts = ["globex.example"]
    "#;

    fn parse_here(text: &str) -> Result<Vec<Tenant>, TenantsError> {
        parse(text, Path::new("/etc/p2p/tenants.toml"))
    }

    #[test]
    fn two_tenants_with_their_features() {
        let tenants = parse_here(TWO).unwrap();
        let forums = &tenants[0].features[&FeatureName::new("forums").unwrap()];
        assert_eq!(forums.file, Path::new("/etc/p2p/forums.wasm"));
        assert_eq!(forums.grants, BTreeSet::from([Grant::Sql, Grant::Log]));
        assert_eq!(forums.settings["categories"][0], "General");
        assert_eq!((forums.limits.deadline_ms, forums.limits.memory_mb), (900, 64));
        assert_eq!(tenants[0].hosts, ["acme.example", "*"]);
        assert!(tenants[1].features.is_empty());
    }

    #[test]
    fn the_example_says_the_defaults_and_parses() {
        let tenants = parse_here(include_str!("../../../tenants.example.toml")).unwrap();
        let forums = &tenants[0].features[&FeatureName::new("forums").unwrap()];
        assert_eq!(forums.limits, FeatureLimits::default());
        assert_eq!(tenants.len(), 2);
    }

    #[test]
    fn mistakes_are_named() {
        let tenant = |rest: &str| format!("[[tenant]]\nid = \"a\"\nhosts = [\"a.example\"]\n{rest}");
        let feature = |rest: &str| tenant(&format!("[tenant.features.f]\nfile = \"f.wasm\"\n{rest}"));
        for (text, word) in [
            (String::new(), "names no tenant"),
            (tenant("hots = []"), "hots"),
            (tenant("[tenant.features.BAD]\nfile=\"x\"\ngrants=[]"), "`BAD` is not a name"),
            (feature(""), "grants"),
            (feature("grants = [\"sqll\"]"), "sqll"),
            (feature("grants = []\nmemory = 1"), "memory"),
            (feature("grants = []\nlimits = { memory = 1 }"), "memory"),
            (feature("grants = []\ndigest = \"abc\""), "abc"),
            (tenant(&tenant("")), "named twice"),
            (tenant("[[tenant]]\nid=\"b\"\nhosts=[\"A.Example\"]"), "already belongs to `a`"),
            ("[[tenant]]\nid=\"a\"\nhosts=[]".to_owned(), "has no hosts"),
            ("[[tenant]]\nid=\"a\"\nhosts=[\"http://a\"]".to_owned(), "not a host"),
            ("[[tenant]]\nid=\"a\"\nhosts=[\"a:80\"]".to_owned(), "not a host"),
        ] {
            let error = parse_here(&text).unwrap_err().to_string();
            assert!(error.contains(word), "{word}: {error}");
        }
    }

    #[test]
    fn without_a_file_only_accounts_holds_the_keys() {
        let names =
            ["accounts", "use-cases"].map(|name| (FeatureName::new(name).unwrap(), PathBuf::from(name)));
        let tenant = single(names);
        let holders: Vec<_> = tenant
            .features
            .iter()
            .map(|(name, installed)| (name.as_str(), installed.grants.contains(&Grant::Credentials)))
            .collect();
        assert_eq!(holders, [("accounts", true), ("use-cases", false)]);
        assert_eq!(tenant.hosts, [ANY_HOST]);
    }
}
