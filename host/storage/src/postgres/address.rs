//! Where the database is, as `DATABASE_URL` says it. Reads; connects nowhere.

use std::str::FromStr as _;

use sqlx::ConnectOptions as _;
use sqlx::postgres::PgConnectOptions;

/// Statements that a connection keeps prepared.
const PREPARED: usize = 256;

/// A database and who we are there.
#[derive(Clone)]
pub struct Address(PgConnectOptions);

/// The text is no address of a PostgreSQL database.
#[derive(Debug, thiserror::Error)]
#[error("{0}; write postgresql://user:password@host:5432/database")]
pub struct BadAddress(String);

impl Address {
    /// Takes the URL apart. A driver's name behind the scheme (`postgresql+asyncpg://`) is passed over, and `ssl=` read
    /// as `sslmode=`: other programs write them.
    pub fn parse(url: &str) -> Result<Self, BadAddress> {
        let (scheme, rest) = url.trim().split_once("://").ok_or_else(|| bad("it has no scheme"))?;
        let scheme = scheme.split('+').next().unwrap_or_default();
        if !["postgres", "postgresql"].contains(&scheme) {
            return Err(bad("its scheme is not postgresql"));
        }
        let rest = rest.replace("?ssl=", "?sslmode=").replace("&ssl=", "&sslmode=");
        // The library's words could repeat the password.
        let options = PgConnectOptions::from_str(&format!("{scheme}://{rest}"))
            .map_err(|_| bad("it does not read as a URL"))?;
        match options.get_database() {
            Some(name) if !name.is_empty() => {
                Ok(Self(options.statement_cache_capacity(PREPARED).disable_statement_logging()))
            }
            _ => Err(bad("it names no database")),
        }
    }

    /// The database's name.
    pub fn database(&self) -> &str {
        self.0.get_database().unwrap_or_default()
    }

    /// Who we are there.
    pub fn user(&self) -> &str {
        self.0.get_username()
    }

    /// Ourselves, with these settings of the session.
    pub fn as_ourselves(&self, name: &str, settings: &[(&str, &str)]) -> PgConnectOptions {
        let settings = settings.iter().map(|(name, value)| (*name, *value));
        self.0.clone().application_name(name).options(settings)
    }

    /// Somebody else in the same database.
    pub fn as_role(
        &self,
        role: &str,
        password: &str,
        name: &str,
        settings: &[(&str, &str)],
    ) -> PgConnectOptions {
        self.as_ourselves(name, settings).username(role).password(password)
    }
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}@{}:{}/{}", self.0.get_username(), self.0.get_host(), self.0.get_port(), self.database())
    }
}

impl std::fmt::Debug for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Address({self})")
    }
}

fn bad(why: &str) -> BadAddress {
    BadAddress(why.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_taken_as_others_write_it() {
        for url in [
            "postgres://p2p:pass@db:5433/p2p",
            "postgresql://p2p:pass@db:5433/p2p",
            "postgresql+asyncpg://p2p:pass@db:5433/p2p",
            "postgresql+asyncpg://p2p:pass@db:5433/p2p?ssl=require",
        ] {
            let address = Address::parse(url).unwrap();
            assert_eq!(address.to_string(), "p2p@db:5433/p2p");
            assert!(!format!("{address:?}").contains("pass"));
        }
        let secure = Address::parse("postgresql+asyncpg://a:b@db/p2p?ssl=require").unwrap();
        assert!(matches!(secure.0.get_ssl_mode(), sqlx::postgres::PgSslMode::Require));
    }

    #[test]
    fn mistakes_are_named_without_the_password() {
        for url in
            ["db:5432", "mysql://a:secret@b/c", "postgresql://a:secret@b:x/c", "postgresql://a:secret@b"]
        {
            let error = Address::parse(url).unwrap_err().to_string();
            assert!(error.contains("postgresql://") && !error.contains("secret"), "{error}");
        }
    }
}
