//! The manifest of a feature as `wit/README.md` describes it: parsed strictly, checked before anything runs.

mod schedule;

use std::collections::HashSet;

use p2p_context::{FeatureName, Language};
use p2p_storage::{Collection, Migration, Migrations};
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use schedule::Schedule;

/// Most a route may take as its body, bytes.
pub const BODY_LIMIT_MAX: usize = 1 << 20;
/// What a route takes when it does not say, bytes.
pub const BODY_LIMIT_DEFAULT: usize = 64 << 10;

/// Scopes in which the host keeps what is its own. A feature of such a name would be handed the host's tables.
pub const RESERVED: [&str; 3] = ["platform", "jobs", "mail"];

/// What a component says of itself.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Manifest {
    /// Version of the contracts it was built against.
    pub contract: String,
    /// Its name, unique per tenant.
    pub name: FeatureName,
    /// Its own version.
    pub version: String,
    /// One sentence for an operator.
    #[serde(default)]
    pub summary: String,
    /// What it answers.
    #[serde(default)]
    pub routes: Vec<Route>,
    /// Topics it hears.
    #[serde(default)]
    pub subscribes: Vec<String>,
    /// Jobs that are run by the clock.
    #[serde(default)]
    pub schedules: Vec<Schedule>,
    /// Live channels it owns.
    #[serde(default)]
    pub channels: Vec<String>,
    /// JSON Schema of its settings.
    #[serde(default)]
    pub settings: Value,
    /// Its tables.
    #[serde(default)]
    pub migrations: Vec<Migration>,
    /// Its document collections.
    #[serde(default)]
    pub collections: Vec<Collection>,
    /// Whether it offers the tenant's directory.
    #[serde(default)]
    pub directory: bool,
    /// Letters it sends.
    #[serde(default)]
    pub mails: Vec<MailTemplate>,
    /// Topics of its own that belong into the audit log.
    #[serde(default)]
    pub audits: Vec<String>,
    /// Its part of the OpenAPI document.
    #[serde(default)]
    pub openapi: Value,
}

/// One route of a feature.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Route {
    /// HTTP method.
    pub method: Method,
    /// Below `/api/v1`, with `{name}` segments.
    pub path: String,
    /// Who may call at all.
    pub access: Access,
    /// Whether it answers also people whose address is not verified, where a tenant wants it to be.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unverified: bool,
    /// Which limit of requests counts; none means the one of its method.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<RateClass>,
    /// Bytes of body; none means the default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body_limit: Option<usize>,
    /// Multipart rules, for routes that take files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uploads: Option<UploadRules>,
}

/// The methods a feature may answer. HEAD is the host's, made from GET.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "UPPERCASE")]
#[expect(missing_docs, reason = "HTTP's own names")]
pub enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

/// Who may call a route at all; finer rules are the feature's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Access {
    /// Everybody.
    Public,
    /// Everybody too; but a session that a caller brings must hold.
    Optional,
    /// Whoever is signed in.
    Session,
    /// Admins of their organization, and platform admins.
    Admin,
    /// Platform admins.
    PlatformAdmin,
}

/// A limit of requests that a route asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RateClass {
    /// The strict one of routes by which passwords could be guessed or mailboxes filled.
    Auth,
    /// The wide one of reading, for routes that an office behind one address uses often.
    Read,
}

/// A letter as its feature wrote it, in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MailTemplate {
    /// How the feature asks for it.
    pub name: String,
    /// English.
    pub en: MailText,
    /// Arabic.
    pub ar: MailText,
}

impl MailTemplate {
    /// Its text in a language.
    pub fn in_language(&self, language: Language) -> &MailText {
        match language {
            Language::En => &self.en,
            Language::Ar => &self.ar,
        }
    }
}

/// One language of a letter. `{{name}}` stands for a value.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MailText {
    /// One line.
    pub subject: String,
    /// Markdown.
    pub body: String,
}

/// What a route takes as files.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UploadRules {
    /// Files in one request.
    pub max_files: u32,
    /// Bytes of one file.
    pub max_bytes: u64,
    /// MIME types, as found in the bytes.
    pub media_types: Vec<String>,
}

/// Why a manifest was refused. The text is for the author of the feature.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// No `p2p:manifest` section.
    #[error("the component has no p2p:manifest section; build it with `cargo xtask component`")]
    Absent,
    /// Not the JSON that is expected.
    #[error("the manifest does not parse: {0}")]
    Malformed(String),
    /// A rule of `wit/README.md` is broken.
    #[error("the manifest is wrong: {0}")]
    Invalid(String),
}

impl Manifest {
    /// Parses and checks the bytes of a manifest section.
    pub fn parse(json: &[u8]) -> Result<Self, ManifestError> {
        let manifest: Self =
            serde_json::from_slice(json).map_err(|error| ManifestError::Malformed(error.to_string()))?;
        manifest.check_name()?;
        manifest.check_routes()?;
        manifest.check_migrations()?;
        manifest.check_topics()?;
        manifest.check_schedules()?;
        Ok(manifest)
    }

    /// What its store must be brought to.
    pub fn store_migrations(&self) -> Migrations {
        Migrations { tables: self.migrations.clone(), collections: self.collections.clone() }
    }

    fn check_name(&self) -> Result<(), ManifestError> {
        if RESERVED.contains(&self.name.as_str()) {
            return invalid(format!(
                "`{}` is the host's own name; call the feature something else",
                self.name
            ));
        }
        Ok(())
    }

    fn check_routes(&self) -> Result<(), ManifestError> {
        let mut seen = HashSet::new();
        for route in &self.routes {
            let Route { method, path, .. } = route;
            if !is_route_path(path) {
                return invalid(format!("`{path}` is not a route path"));
            }
            if route.body_limit.is_some_and(|limit| limit > BODY_LIMIT_MAX) {
                return invalid(format!("{path}: bodyLimit passes {BODY_LIMIT_MAX} bytes"));
            }
            if !seen.insert((*method, path.as_str())) {
                return invalid(format!("{} {path} is declared twice", method.as_str()));
            }
        }
        Ok(())
    }

    fn check_migrations(&self) -> Result<(), ManifestError> {
        match self.migrations.iter().zip(1..).find(|(migration, version)| migration.version != *version) {
            Some((found, wanted)) => {
                invalid(format!("migration {} stands where {wanted} belongs", found.version))
            }
            None => Ok(()),
        }
    }

    fn check_schedules(&self) -> Result<(), ManifestError> {
        let mut seen = HashSet::new();
        for schedule in &self.schedules {
            if let Some(mistake) = schedule.mistake() {
                return invalid(mistake);
            }
            if !seen.insert(&schedule.name) {
                return invalid(format!("the job {} is declared twice", schedule.name));
            }
        }
        Ok(())
    }

    fn check_topics(&self) -> Result<(), ManifestError> {
        let own =
            |topic: &&String| topic.split_once('.').is_some_and(|(owner, _)| owner == self.name.as_str());
        if let Some(topic) = self.audits.iter().find(|topic| !is_topic(topic) || !own(topic)) {
            return invalid(format!("`{topic}` cannot be audited: it is no topic of `{}`", self.name));
        }
        match self.subscribes.iter().find(|topic| !is_topic(topic)) {
            Some(topic) => invalid(format!("`{topic}` is not a topic (feature.noun.verb)")),
            None => Ok(()),
        }
    }
}

impl Route {
    /// Bytes of body this route takes.
    pub fn body_limit(&self) -> usize {
        self.body_limit.unwrap_or(BODY_LIMIT_DEFAULT)
    }
}

impl Method {
    /// The method as it stands on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// Whether a topic is `feature.noun.verb`, lower case.
pub fn is_topic(topic: &str) -> bool {
    let word = |word: &str| {
        !word.is_empty()
            && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_".contains(&b))
    };
    topic.len() <= 100 && topic.split('.').count() == 3 && topic.split('.').all(word)
}

fn is_route_path(path: &str) -> bool {
    let literal = |s: &str| s.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
    let segment = |s: &str| match s.strip_prefix('{').and_then(|s| s.strip_suffix('}')) {
        Some(name) => !name.is_empty() && literal(name),
        None => !s.is_empty() && s != ".." && s != "." && literal(s),
    };
    path.len() <= 200 && path.strip_prefix('/').is_some_and(|rest| rest.split('/').all(segment))
}

fn invalid<T>(reason: String) -> Result<T, ManifestError> {
    Err(ManifestError::Invalid(reason))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(json: &str) -> Result<Manifest, ManifestError> {
        Manifest::parse(json.as_bytes())
    }

    #[test]
    fn a_small_manifest_is_enough() {
        let manifest = parse(
            r#"{"contract":"0.1.0","name":"forums","version":"1.0.0",
                "routes":[{"method":"GET","path":"/forums/topics/{id}","access":"session"}]}"#,
        )
        .unwrap();
        assert_eq!(manifest.routes[0].body_limit(), BODY_LIMIT_DEFAULT);
        assert_eq!(manifest.routes[0].access, Access::Session);
        assert!(manifest.schedules.is_empty());
    }

    #[test]
    fn a_job_has_a_name_and_minutes() {
        let json = r#"{"contract":"0.1.1","name":"a","version":"1","schedules":[{"name":"digest","everyMinutes":1440}]}"#;
        let wanted = Schedule { name: "digest".to_owned(), every_minutes: 1_440 };
        assert_eq!(parse(json).unwrap().schedules, [wanted]);
    }

    #[test]
    fn a_feature_cannot_take_the_hosts_own_names() {
        for name in RESERVED {
            let json = format!(r#"{{"contract":"0.1.0","name":"{name}","version":"1"}}"#);
            assert!(parse(&json).unwrap_err().to_string().contains(name));
        }
    }

    #[test]
    fn broken_manifests_say_what_is_wrong() {
        let base = |rest: &str| format!(r#"{{"contract":"0.1.0","name":"a","version":"1"{rest}}}"#);
        for (json, word) in [
            (base(r#","typo":1"#), "typo"),
            (base(r#","routes":[{"method":"GET","path":"/a/../b","access":"public"}]"#), "route path"),
            (base(r#","routes":[{"method":"GET","path":"/a","access":"anyone"}]"#), "anyone"),
            (
                base(
                    r#","routes":[{"method":"GET","path":"/a","access":"public"},{"method":"GET","path":"/a","access":"public"}]"#,
                ),
                "twice",
            ),
            (base(r#","migrations":[{"version":2,"name":"x","sqlite":"","postgres":""}]"#), "belongs"),
            (base(r#","subscribes":["all"]"#), "topic"),
            (base(r#","schedules":[{"name":"Sweep","everyMinutes":1}]"#), "name of a job"),
            (base(r#","schedules":[{"name":"sweep","everyMinutes":0}]"#), "between 1"),
            (base(r#","schedules":[{"name":"sweep","everyMinutes":44641}]"#), "between 1"),
            (base(r#","schedules":[{"name":"a","everyMinutes":1},{"name":"a","everyMinutes":2}]"#), "twice"),
        ] {
            let error = parse(&json).unwrap_err().to_string();
            assert!(error.contains(word), "{error}");
        }
    }
}
