//! Which services keep what is kept, and how they are reached; none: files below the data folder do.

use anyhow::{Context, Result, bail};
use p2p_storage::DatabaseAddress;

use super::environment::Environment;
use super::file;

/// Connections to PostgreSQL when nobody says how many.
const CONNECTIONS: u32 = 64;

/// The services of a deployment.
#[derive(Clone)]
pub struct Database {
    /// PostgreSQL: tables and events.
    pub address: DatabaseAddress,
    /// Connections to it at most.
    pub connections: u32,
    /// MongoDB: documents; none: beside the tables.
    pub mongodb: Option<String>,
}

// Passwords stay out of logs.
impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let has_mongodb = self.mongodb.is_some();
        f.debug_struct("Database").field("address", &self.address).field("mongodb", &has_mongodb).finish()
    }
}

/// Reads the variables and the table `[database]`.
pub fn read(environment: &Environment, table: file::Database) -> Result<Option<Database>> {
    let url = environment.get("DATABASE_URL").or(table.url);
    let mongodb = environment.get("MONGODB_URL").or(table.mongodb_url);
    let connections = environment
        .get("DATABASE_CONNECTIONS")
        .map(|text| text.parse().context("DATABASE_CONNECTIONS is a number of connections"))
        .transpose()?
        .or(table.connections);
    let Some(url) = url else {
        if mongodb.is_some() {
            bail!(
                "MONGODB_URL (database.mongodb_url) is set, DATABASE_URL (database.url) is not: documents can be kept \
                 in MongoDB only beside tables in PostgreSQL"
            );
        }
        return Ok(None);
    };
    let address = DatabaseAddress::parse(&url).context("DATABASE_URL (database.url)")?;
    let connections = connections.unwrap_or(CONNECTIONS);
    if connections < 4 {
        bail!("DATABASE_CONNECTIONS (database.connections) is at least 4");
    }
    Ok(Some(Database { address, connections, mongodb }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(pairs: &[(&str, &str)], table: &str) -> Result<Option<Database>> {
        let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        read(&Environment::of(pairs), toml::from_str(table).unwrap())
    }

    #[test]
    fn the_environment_comes_before_the_file() {
        assert!(load(&[], "").unwrap().is_none());
        let table = "url = \"postgresql://p2p:hidden@file/p2p\"\nconnections = 9";
        let from_file = load(&[], table).unwrap().unwrap();
        assert_eq!((from_file.address.to_string().as_str(), from_file.connections), ("p2p@file:5432/p2p", 9));
        let set = [
            ("DATABASE_URL", "postgresql+asyncpg://p2p:hidden@env:5433/p2p"),
            ("MONGODB_URL", "mongodb://hidden@m"),
        ];
        let both = load(&set, table).unwrap().unwrap();
        assert_eq!(both.address.to_string(), "p2p@env:5433/p2p");
        assert!(both.mongodb.is_some());
        assert!(!format!("{from_file:?}{both:?}").contains("hidden"));
    }

    #[test]
    fn mistakes_are_named() {
        for (pairs, word) in [
            (vec![("MONGODB_URL", "mongodb://m")], "DATABASE_URL"),
            (vec![("DATABASE_URL", "mysql://a/b")], "DATABASE_URL"),
            (
                vec![("DATABASE_URL", "postgresql://a/b"), ("DATABASE_CONNECTIONS", "many")],
                "DATABASE_CONNECTIONS",
            ),
            (vec![("DATABASE_URL", "postgresql://a/b"), ("DATABASE_CONNECTIONS", "1")], "at least 4"),
        ] {
            let error = format!("{:#}", load(&pairs, "").unwrap_err());
            assert!(error.contains(word), "{error}");
        }
    }
}
