//! What belongs to one scope in a database, by name, and the secrets that go with the names. Never the same for two
//! scopes: what does not fit as it is gets a hash.

use std::fmt::Write as _;

use hmac::{Hmac, Mac};
use p2p_context::Scope;
use sha2::{Digest, Sha256};

/// Longest `<tenant>__<feature>` that is used as it is. With all that comes before and behind it, a name stays below
/// the 63 bytes that PostgreSQL keeps.
const LONGEST: usize = 40;

/// Characters left of a longer one, for people to recognize it by.
const KEPT: usize = 27;

/// Hexadecimal digits of the hash behind them, and of the database's in the names of roles.
const MARK: usize = 12;
const DATABASE_MARK: usize = 8;

/// The names of one scope. All are `[a-z][a-z0-9_]*` and need no quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names {
    /// Holds its tables, and the host's beside them.
    pub schema: String,
    /// Owns its tables; speaks in migrations only.
    pub owner: String,
    /// Speaks for the feature: reads and writes its tables.
    pub feature: String,
    /// Locks whoever brings the schema up to date.
    pub upgrade_lock: i64,
    /// Locks the order of its events.
    pub order_lock: i64,
}

impl Names {
    /// Roles belong to a whole server, so theirs tell the database too.
    pub fn of(scope: &Scope, database: &str) -> Self {
        let stem = stem(scope);
        let mark = role_mark(database);
        let lock = |what: &str| lock(&format!("{what}\n{stem}"));
        Self {
            upgrade_lock: lock("upgrade"),
            order_lock: lock("order"),
            schema: format!("t_{stem}"),
            owner: format!("t_{stem}__{mark}_o"),
            feature: format!("t_{stem}__{mark}_f"),
        }
    }
}

/// What tells the roles of a database from those of others on the same server.
pub fn role_mark(database: &str) -> String {
    hex(&Sha256::digest(database.as_bytes()), DATABASE_MARK)
}

/// Where the tables of a scope are.
#[cfg(feature = "conformance")]
pub fn schema_of(scope: &Scope) -> String {
    Names::of(scope, "").schema
}

/// A scope's names are `[a-z0-9-]`, and hold no `_`.
fn stem(scope: &Scope) -> String {
    let plain = format!("{}__{}", scope.tenant, scope.feature);
    if plain.len() <= LONGEST && !plain.contains('-') {
        return plain;
    }
    let kept: String = plain.replace('-', "_").chars().take(KEPT).collect();
    let digest = Sha256::digest(format!("{}/{}", scope.tenant, scope.feature).as_bytes());
    format!("{kept}_{}", hex(&digest, MARK))
}

/// A number for one of PostgreSQL's advisory locks.
pub fn lock(what: &str) -> i64 {
    let digest: [u8; 32] = Sha256::digest(format!("p2p {what}").as_bytes()).into();
    let [a, b, c, d, e, f, g, h, ..] = digest;
    i64::from_be_bytes([a, b, c, d, e, f, g, h])
}

/// The first digits of some bytes.
pub fn hex(bytes: &[u8], digits: usize) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text.truncate(digits);
    text
}

/// What passwords of roles, and tokens of this room's functions, are derived from.
#[derive(Clone)]
pub struct DatabaseSecret([u8; 32]);

impl DatabaseSecret {
    /// Derived itself from the deployment's secret, for this use alone.
    pub fn new(key: [u8; 32]) -> Self {
        Self(key)
    }

    /// What a role signs in with.
    pub fn password(&self, role: &str) -> String {
        hex(&self.derive("password", role), 64)
    }

    /// What a role's password is hashed with; not secret.
    pub fn salt(&self, role: &str) -> [u8; 16] {
        let [salt @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = self.derive("salt", role);
        salt
    }

    /// What this room's functions in a schema want to hear before they do anything.
    pub fn token(&self, schema: &str) -> [u8; 32] {
        self.derive("token", schema)
    }

    fn derive(&self, what: &str, name: &str) -> [u8; 32] {
        let mut block = [0; 64];
        block.iter_mut().zip(self.0).for_each(|(slot, byte)| *slot = byte);
        let mut mac = Hmac::<Sha256>::new(&block.into());
        mac.update(format!("{what}\n{name}").as_bytes());
        mac.finalize().into_bytes().into()
    }
}

impl std::fmt::Debug for DatabaseSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DatabaseSecret").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use p2p_context::{FeatureName, TenantId};

    use super::*;

    fn names(tenant: &str, feature: &str) -> Names {
        let scope =
            Scope { tenant: TenantId::new(tenant).unwrap(), feature: FeatureName::new(feature).unwrap() };
        Names::of(&scope, "p2p")
    }

    #[test]
    fn every_name_fits_and_needs_no_quotes() {
        assert_eq!(names("main", "forums").schema, "t_main__forums");
        let longest = "a".repeat(40);
        for (tenant, feature) in [("main", "forums"), ("a-b", "c"), (&longest, &longest)] {
            let Names { schema, owner, feature, .. } = names(tenant, feature);
            for name in [schema, owner, feature] {
                assert!(name.len() <= 63, "{name}");
                assert!(name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_'));
            }
        }
    }

    #[test]
    fn no_two_scopes_share_a_name() {
        let long = "a".repeat(39);
        let scopes = [("a-b", "c"), ("a", "b-c"), ("ab", "c"), (&long, "bc"), (&format!("{long}b"), "c")];
        let all: std::collections::HashSet<_> =
            scopes.iter().map(|(tenant, feature)| names(tenant, feature).schema).collect();
        assert_eq!(all.len(), scopes.len());
    }

    #[test]
    fn roles_of_another_database_are_others() {
        let scope = Scope { tenant: TenantId::new("a").unwrap(), feature: FeatureName::new("b").unwrap() };
        assert_ne!(Names::of(&scope, "one").owner, Names::of(&scope, "other").owner);
    }
}
