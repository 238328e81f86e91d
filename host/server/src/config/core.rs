//! Whether a SuperTokens Core keeps credentials and sessions, and how it is reached.

use anyhow::{Context, Result, bail};
use p2p_identity::CoreConfig;

use super::environment::Environment;
use super::file;

/// Reads the variables and the table `[core]`; none: the server keeps them itself.
pub fn read(environment: &Environment, table: file::Core) -> Result<Option<CoreConfig>> {
    let named = |name: &str, in_file: Option<String>| environment.get(name).or(in_file);
    let connection = named("SUPERTOKENS_CONNECTION_URI", table.connection_uri);
    let api_key = named("SUPERTOKENS_API_KEY", table.api_key);
    let Some(connection) = connection else {
        if api_key.is_some() {
            bail!(
                "SUPERTOKENS_API_KEY (core.api_key) is set, SUPERTOKENS_CONNECTION_URI (core.connection_uri) is not"
            );
        }
        return Ok(None);
    };
    let connection = connection.parse().context("SUPERTOKENS_CONNECTION_URI (core.connection_uri)")?;
    Ok(Some(CoreConfig { connection, api_key }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(pairs: &[(&str, &str)], table: &str) -> Result<Option<CoreConfig>> {
        let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        read(&Environment::of(pairs), toml::from_str(table).unwrap())
    }

    #[test]
    fn the_environment_comes_before_the_file() {
        assert_eq!(load(&[], "").unwrap(), None);
        let table = "connection_uri = \"http://file:3567\"\napi_key = \"from the file\"";
        let from_file = load(&[], table).unwrap().unwrap();
        assert_eq!(from_file.api_key.as_deref(), Some("from the file"));
        let both = load(&[("SUPERTOKENS_CONNECTION_URI", "http://env:3567;http://env:3568")], table);
        assert_eq!(both.unwrap().unwrap().connection.each().count(), 2);
        assert!(!format!("{from_file:?}").contains("from the file"));
    }

    #[test]
    fn mistakes_are_named() {
        for (pairs, word) in [
            ([("SUPERTOKENS_API_KEY", "x")], "SUPERTOKENS_CONNECTION_URI"),
            ([("SUPERTOKENS_CONNECTION_URI", "core:3567")], "SUPERTOKENS_CONNECTION_URI"),
            ([("SUPERTOKENS_CONNECTION_URI", "http://a;b")], "address 2"),
        ] {
            let error = format!("{:#}", load(&pairs, "").unwrap_err());
            assert!(error.contains(word), "{error}");
        }
    }
}
