//! A feature as a tenant has it: which bytes, which grants, which settings, which limits.

use std::collections::BTreeSet;
use std::fmt;
use std::path::PathBuf;

use p2p_context::FeatureName;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::limits::FeatureLimits;

/// SHA-256 of a component file, lower-case hex.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct Digest(String);

impl Digest {
    /// The digest of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        use sha2::Digest as _;
        let hash = sha2::Sha256::digest(bytes);
        Self(hash.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// The hex text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first twelve characters, enough for people.
    pub fn short(&self) -> &str {
        self.0.get(..12).unwrap_or(&self.0)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A platform interface that a tenant may grant to a feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the interfaces of wit/platform by their names")]
pub enum Grant {
    Sql,
    Documents,
    Blobs,
    Text,
    Directory,
    Events,
    Credentials,
    Sessions,
    Callers,
    Cache,
    Config,
    Secrets,
    Log,
    Clock,
    Random,
    Live,
    Mail,
    Notifications,
    Http,
}

impl Grant {
    /// Every grant there is.
    pub const ALL: [Self; 19] = [
        Self::Sql,
        Self::Documents,
        Self::Blobs,
        Self::Text,
        Self::Directory,
        Self::Events,
        Self::Credentials,
        Self::Sessions,
        Self::Callers,
        Self::Cache,
        Self::Config,
        Self::Secrets,
        Self::Log,
        Self::Clock,
        Self::Random,
        Self::Live,
        Self::Mail,
        Self::Notifications,
        Self::Http,
    ];

    /// The interface's name in `p2p:platform`.
    pub fn interface(self) -> &'static str {
        match self {
            Self::Sql => "sql",
            Self::Documents => "documents",
            Self::Blobs => "blobs",
            Self::Text => "text",
            Self::Directory => "directory",
            Self::Events => "events",
            Self::Credentials => "credentials",
            Self::Sessions => "sessions",
            Self::Callers => "callers",
            Self::Cache => "cache",
            Self::Config => "config",
            Self::Secrets => "secrets",
            Self::Log => "log",
            Self::Clock => "clock",
            Self::Random => "random",
            Self::Live => "live",
            Self::Mail => "mail",
            Self::Notifications => "notifications",
            Self::Http => "http",
        }
    }

    /// The grant for an interface of `p2p:platform`; `types` needs none and is not one.
    pub fn of_interface(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|grant| grant.interface() == name)
    }
}

/// What a feature of this name usually needs: every interface that reaches only its own data, and `directory`. The
/// keys of the house, `credentials` and `sessions`, go to `accounts` alone; requests to foreign
/// origins are for a tenants file to grant.
pub fn default_grants(name: &FeatureName) -> BTreeSet<Grant> {
    let is_default = |grant: &Grant| match grant {
        Grant::Credentials | Grant::Sessions => name.as_str() == "accounts",
        Grant::Http => false,
        _ => true,
    };
    Grant::ALL.into_iter().filter(is_default).collect()
}

/// One feature in one tenant, as the tenants file names it.
#[derive(Debug, Clone, PartialEq)]
pub struct Installation {
    /// The component file.
    pub file: PathBuf,
    /// The digest the file must have; none takes the file as it is.
    pub digest: Option<String>,
    /// What it may import.
    pub grants: BTreeSet<Grant>,
    /// Its settings, checked against its schema at install.
    pub settings: Value,
    /// Its bounds.
    pub limits: FeatureLimits,
}
