//! The tables that this room keeps in every tenant.

use p2p_storage::{Migration, Migrations};

/// The feature name under which the host keeps its own tables. No component may bear it.
pub const PLATFORM: &str = "platform";

macro_rules! migration {
    ($version:literal, $name:literal, $file:literal) => {
        Migration {
            version: $version,
            name: $name.to_owned(),
            sqlite: include_str!(concat!("../../../migrations/platform/sqlite/", $file)).to_owned(),
            postgres: include_str!(concat!("../../../migrations/platform/postgres/", $file)).to_owned(),
        }
    };
}

/// All that those tables need.
pub fn platform_migrations() -> Migrations {
    let tables = vec![
        migration!(1, "identity", "0001_identity.sql"),
        migration!(2, "proofs_and_audit", "0002_proofs_and_audit.sql"),
        migration!(3, "core", "0003_core.sql"),
        migration!(4, "keys", "0004_keys.sql"),
    ];
    Migrations { tables, collections: Vec::new() }
}
