//! The tables that this room keeps in every tenant.

use p2p_storage::{Migration, Migrations};

/// The feature name under which the host keeps its own tables. No component may bear it.
pub const PLATFORM: &str = "platform";

/// All that those tables need.
pub fn platform_migrations() -> Migrations {
    let identity = Migration {
        version: 1,
        name: "identity".to_owned(),
        sqlite: include_str!("../../../migrations/platform/sqlite/0001_identity.sql").to_owned(),
        postgres: include_str!("../../../migrations/platform/postgres/0001_identity.sql").to_owned(),
    };
    Migrations { tables: vec![identity], collections: Vec::new() }
}
