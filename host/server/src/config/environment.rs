//! The environment as the configuration sees it: the names it knows, and those that ask for what this version cannot
//! do. Those are refused, because a server that ignored them would keep its data elsewhere than its operator thinks.

use std::collections::HashMap;

use anyhow::{Context, Result, bail};

/// Names that are understood; `.env.example` has each.
#[cfg(test)]
const SUPPORTED: [&str; 20] = [
    "DATABASE_URL",
    "DATABASE_CONNECTIONS",
    "MONGODB_URL",
    "SECRET_KEY",
    "BACKEND_CORS_ORIGINS",
    "PUBLIC_URL",
    "LOG_LEVEL",
    "COOKIE_DOMAIN",
    "TRUSTED_PROXIES",
    "AUTH_REQUIRE_VERIFIED",
    "SUPERTOKENS_CONNECTION_URI",
    "SUPERTOKENS_API_KEY",
    "SMTP_HOST",
    "SMTP_PORT",
    "SMTP_USER",
    "SMTP_PASSWORD",
    "SMTP_TLS",
    "SMTP_FROM",
    "WEBSITE_URL",
    "SMTP_CA_FILE",
];

/// Names for later, and what is used instead today.
const UNSUPPORTED: [(&str, &str); 9] = [
    ("AWS_ACCESS_KEY_ID", "S3; files are kept under the data folder"),
    ("AWS_SECRET_ACCESS_KEY", "S3; files are kept under the data folder"),
    ("AWS_S3_BUCKET", "S3; files are kept under the data folder"),
    ("AWS_ENDPOINT_URL", "S3; files are kept under the data folder"),
    ("AWS_REGION", "S3; files are kept under the data folder"),
    ("AZURE_STORAGE_CONNECTION_STRING", "Azure Blob Storage; files are kept under the data folder"),
    ("REDIS_URL", "Redis; the cache lives in the process"),
    ("NATS_URL", "NATS; there is one process and no bus"),
    ("SENTRY_DSN", "Sentry; errors are in the log"),
];

/// Variables by name. A variable that is set to nothing counts as absent.
#[derive(Debug, Clone, Default)]
pub struct Environment(HashMap<String, String>);

impl Environment {
    /// The process's own.
    pub fn of_process() -> Self {
        Self::of(
            std::env::vars_os()
                .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))),
        )
    }

    /// These variables.
    pub fn of(variables: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(variables.into_iter().filter(|(_, value)| !value.trim().is_empty()).collect())
    }

    /// The value of a variable.
    pub fn get(&self, name: &str) -> Option<String> {
        self.0.get(name).map(|value| value.trim().to_owned())
    }

    /// A variable that holds a JSON list of strings, or strings with commas between them.
    pub fn list(&self, name: &str) -> Result<Option<Vec<String>>> {
        let Some(text) = self.get(name) else { return Ok(None) };
        if text.starts_with('[') {
            let list = serde_json::from_str(&text);
            return list
                .map(Some)
                .with_context(|| format!("{name} begins like a JSON list of strings but is none"));
        }
        Ok(Some(text.split(',').map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()))
    }

    /// Refuses variables that ask for what this version cannot do.
    pub fn refuse_unsupported(&self) -> Result<()> {
        match UNSUPPORTED.iter().find(|(name, _)| self.0.contains_key(*name)) {
            Some((name, instead)) => {
                bail!("{name} is set, but this version has no support for {instead}. Unset {name} to start.")
            }
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_supported_is_refused_by_name_and_nothing_is_nothing() {
        for (name, _) in UNSUPPORTED {
            let set = Environment::of([(name.to_owned(), "x".to_owned())]);
            assert!(set.refuse_unsupported().unwrap_err().to_string().contains(name));
        }
        let empty = Environment::of([("REDIS_URL".to_owned(), " ".to_owned())]);
        assert!(empty.refuse_unsupported().is_ok());
    }

    #[test]
    fn the_example_names_every_variable_and_sets_none() {
        let example = include_str!("../../../../.env.example");
        for name in SUPPORTED.iter().chain(UNSUPPORTED.iter().map(|(name, _)| name)) {
            assert!(example.lines().any(|line| line.starts_with(&format!("# {name}="))), "{name}");
        }
        let is_set = |line: &&str| !line.is_empty() && !line.starts_with('#');
        assert_eq!(example.lines().find(is_set), None);
    }
}
