//! Tables by numbered steps, each in both dialects, and collections of documents.

/// One step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Migration {
    /// File name without its extension: number, underscore, name (`0001_topics`).
    pub file: &'static str,
    /// Statements for SQLite.
    pub sqlite: &'static str,
    /// Statements for PostgreSQL.
    pub postgres: &'static str,
}

impl Migration {
    /// The number the file begins with; 0 when it begins with none.
    pub fn number(&self) -> u32 {
        self.file.split('_').next().and_then(|number| number.parse().ok()).unwrap_or(0)
    }

    /// What it does, by the file's name.
    pub fn name(&self) -> &'static str {
        self.file.split_once('_').map_or(self.file, |(_, name)| name)
    }
}

/// A step from `<folder>/sqlite/<file>.sql` and `<folder>/postgres/<file>.sql`; the folder is relative to the crate.
#[cfg(not(all(feature = "component", target_arch = "wasm32")))]
#[macro_export]
macro_rules! migration {
    ($folder:literal, $file:literal) => {
        $crate::Migration {
            file: $file,
            sqlite: include_str!(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/",
                $folder,
                "/sqlite/",
                $file,
                ".sql"
            )),
            postgres: include_str!(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/",
                $folder,
                "/postgres/",
                $file,
                ".sql"
            )),
        }
    };
}

/// A step by its name only: the manifest carries the statements, the component need not.
#[cfg(all(feature = "component", target_arch = "wasm32"))]
#[macro_export]
macro_rules! migration {
    ($folder:literal, $file:literal) => {
        $crate::Migration { file: $file, sqlite: "", postgres: "" }
    };
}

/// The SDK's own tables, before the feature's.
#[cfg(any(feature = "describe", feature = "test-host"))]
pub(crate) const OWN: Migration = migration!("../../migrations/sdk", "0001_sdk_idempotency");

/// A collection and the paths it is searched by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collection {
    /// `[a-z][a-z0-9_]{0,47}`.
    pub name: &'static str,
    /// One list of paths per index.
    pub indexes: Vec<Vec<&'static str>>,
}
