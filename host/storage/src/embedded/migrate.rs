//! Brings a database file to the tables this room keeps in it and to a feature's migrations, each in its own
//! transaction. Never goes back, never applies a text that differs from what was applied.

use std::path::Path;
use std::time::Duration;

use p2p_context::{Clock, Deadline, Scope};
use sha2::{Digest, Sha256};
use sqlx::{AssertSqlSafe, Connection as _, Executor, Row};

use super::documents::indexes::{self, Index};
use super::sqlite::{Connection, Mode, Purpose, Synchronous, sql_error};
use crate::ports::migrations::{Collection, Migration, Migrations};
use crate::ports::sql::SqlError;
use crate::ports::stores::OpenError;

/// How long one opening may take, all migrations together.
const PATIENCE: Duration = Duration::from_mins(10);

/// What this room keeps in each file, step by step. How many were taken stands in the file's header.
pub const TABLES: [&str; 2] = [FIRST_TABLES, ORIGINS];
const TABLES_VERSION: usize = TABLES.len();

const FIRST_TABLES: &str = "
    CREATE TABLE p2p_migrations (
        version INTEGER PRIMARY KEY,
        name TEXT NOT NULL,
        checksum BLOB NOT NULL,
        applied_at INTEGER NOT NULL
    );
    CREATE TABLE p2p_outbox (
        position INTEGER PRIMARY KEY AUTOINCREMENT,
        id BLOB NOT NULL UNIQUE,
        topic TEXT NOT NULL,
        key TEXT NOT NULL,
        payload BLOB NOT NULL,
        committed_at INTEGER NOT NULL,
        channel_seq INTEGER
    );
    CREATE TABLE p2p_inbox (event_id BLOB PRIMARY KEY, handled_at INTEGER NOT NULL) WITHOUT ROWID;
    CREATE INDEX p2p_inbox_age ON p2p_inbox (handled_at);
    CREATE TABLE p2p_documents (
        collection TEXT NOT NULL,
        id TEXT NOT NULL,
        version INTEGER NOT NULL,
        body TEXT NOT NULL,
        PRIMARY KEY (collection, id)
    );
    PRAGMA user_version = 1;
";

/// Who brought an event about: the request, the client's address, who was signed in.
const ORIGINS: &str = "
    ALTER TABLE p2p_outbox ADD COLUMN request TEXT;
    ALTER TABLE p2p_outbox ADD COLUMN address TEXT;
    ALTER TABLE p2p_outbox ADD COLUMN user_id BLOB;
    PRAGMA user_version = 2;
";

/// All that is named like this room's own, and all that refers to it: neither a renamed table nor a foreign key is
/// shown to the authorizer by name.
const HOST_OBJECTS: &str = r#"
    SELECT coalesce(group_concat(name, ','), '') FROM (
        SELECT name FROM sqlite_schema WHERE name LIKE 'p2p\_%' ESCAPE '\'
        UNION ALL
        SELECT s.name FROM sqlite_schema AS s JOIN pragma_foreign_key_list(s.name) AS f
        WHERE s.type = 'table' AND f."table" LIKE 'p2p\_%' ESCAPE '\'
        ORDER BY name
    )"#;

/// Opens a file, creating it when it is not there, and brings it up to date.
pub async fn bring_up(
    file: &Path,
    scope: &Scope,
    migrations: &Migrations,
    clock: &dyn Clock,
    synchronous: Synchronous,
) -> Result<(), OpenError> {
    let connection = Connection::open(file, Purpose::Migrates, synchronous).await.map_err(unavailable)?;
    let mut migrator = Migrator { connection, scope, clock };
    migrator.connection.begin_use(Deadline::after(PATIENCE)).await.map_err(unavailable)?;
    migrator.lay_tables().await.map_err(unavailable)?;
    migrator.refuse_newer(&migrations.tables).await?;
    for (migration, version) in migrations.tables.iter().zip(1..) {
        if migration.version != version {
            return Err(migrator.failed(migration, "versions must be 1, 2, 3 … without gaps".to_owned()));
        }
        migrator.apply(migration).await?;
    }
    migrator.lay_indexes(&migrations.collections).await.map_err(unavailable)?;
    migrator.connection.sqlx.close().await.map_err(|error| unavailable(sql_error(error)))
}

struct Migrator<'a> {
    connection: Connection,
    scope: &'a Scope,
    clock: &'a dyn Clock,
}

impl Migrator<'_> {
    async fn run(&mut self, text: &'static str) -> Result<(), SqlError> {
        self.connection.sqlx.execute(sqlx::raw_sql(text)).await.map(drop).map_err(sql_error)
    }

    async fn number(&mut self, text: &'static str) -> Result<i64, SqlError> {
        let row = self.connection.sqlx.fetch_one(text).await.map_err(sql_error)?;
        row.try_get(0).map_err(sql_error)
    }

    async fn lay_tables(&mut self) -> Result<(), SqlError> {
        if self.tables_version().await? == TABLES_VERSION {
            return Ok(());
        }
        self.run("BEGIN IMMEDIATE").await?;
        let taken = self.tables_version().await?;
        for step in TABLES.into_iter().skip(taken) {
            self.run(step).await?;
        }
        self.run("COMMIT").await
    }

    async fn tables_version(&mut self) -> Result<usize, SqlError> {
        let version = self.number("PRAGMA user_version").await?;
        match usize::try_from(version) {
            Ok(known @ 0..=TABLES_VERSION) => Ok(known),
            _ => Err(SqlError::Unavailable(format!("the file was made by a newer host (tables {version})"))),
        }
    }

    async fn refuse_newer(&mut self, migrations: &[Migration]) -> Result<(), OpenError> {
        let newest =
            self.number("SELECT coalesce(max(version), 0) FROM p2p_migrations").await.map_err(unavailable)?;
        let found = u32::try_from(newest).unwrap_or(u32::MAX);
        let known = migrations.last().map_or(0, |migration| migration.version);
        if found > known { Err(OpenError::Newer { scope: self.scope.clone(), found, known }) } else { Ok(()) }
    }

    /// Looks first without the write lock, which another process may hold for long. Then holds it from the look to
    /// the commit, so that of two processes only one applies it.
    async fn apply(&mut self, migration: &Migration) -> Result<(), OpenError> {
        let checksum: [u8; 32] = Sha256::digest(migration.sqlite.as_bytes()).into();
        if self.is_applied(migration, &checksum).await? {
            return Ok(());
        }
        self.run("BEGIN IMMEDIATE").await.map_err(unavailable)?;
        let outcome = self.apply_within(migration, &checksum).await;
        self.connection.speak_as(Mode::Host);
        let ending = if outcome.is_ok() { "COMMIT" } else { "ROLLBACK" };
        let ended = self.run(ending).await;
        outcome?;
        ended.map_err(|error| self.failed(migration, error.to_string()))
    }

    async fn apply_within(&mut self, migration: &Migration, checksum: &[u8]) -> Result<(), OpenError> {
        if self.is_applied(migration, checksum).await? {
            return Ok(());
        }
        self.change(&migration.sqlite).await.map_err(|error| self.failed(migration, error.to_string()))?;
        self.record(migration, checksum).await.map_err(unavailable)
    }

    async fn is_applied(&mut self, migration: &Migration, checksum: &[u8]) -> Result<bool, OpenError> {
        match self.applied(migration.version).await.map_err(unavailable)? {
            Some(earlier) if earlier == checksum => Ok(true),
            Some(_) => Err(OpenError::Altered { scope: self.scope.clone(), version: migration.version }),
            None => Ok(false),
        }
    }

    async fn applied(&mut self, version: u32) -> Result<Option<Vec<u8>>, SqlError> {
        let query = sqlx::query("SELECT checksum FROM p2p_migrations WHERE version = $1").bind(version);
        let row = self.connection.sqlx.fetch_optional(query).await.map_err(sql_error)?;
        row.map(|row| row.try_get(0)).transpose().map_err(sql_error)
    }

    async fn change(&mut self, text: &str) -> Result<(), SqlError> {
        // SQLite stops reading at a NUL, sqlx does not.
        if text.contains('\0') {
            return Err(SqlError::Rejected("NUL in the migration".to_owned()));
        }
        let before = self.text(HOST_OBJECTS).await?;
        self.connection.speak_as(Mode::Migration);
        let text = AssertSqlSafe(text.to_owned());
        self.connection.sqlx.execute(sqlx::raw_sql(text)).await.map_err(sql_error)?;
        self.connection.speak_as(Mode::Host);
        if self.text(HOST_OBJECTS).await? != before {
            return Err(SqlError::Denied);
        }
        let astray =
            self.connection.sqlx.fetch_optional("PRAGMA foreign_key_check").await.map_err(sql_error)?;
        if astray.is_some() { Err(SqlError::ReferenceViolation) } else { Ok(()) }
    }

    async fn text(&mut self, text: &'static str) -> Result<String, SqlError> {
        let row = self.connection.sqlx.fetch_one(text).await.map_err(sql_error)?;
        row.try_get(0).map_err(sql_error)
    }

    async fn record(&mut self, migration: &Migration, checksum: &[u8]) -> Result<(), SqlError> {
        let text = "INSERT INTO p2p_migrations (version, name, checksum, applied_at) VALUES ($1, $2, $3, $4)";
        let query = sqlx::query(text)
            .bind(migration.version)
            .bind(&migration.name)
            .bind(checksum)
            .bind(self.clock.now().0);
        self.connection.sqlx.execute(query).await.map(drop).map_err(sql_error)
    }

    /// Makes the indexes that collections ask for and drops those that none asks for any more.
    async fn lay_indexes(&mut self, collections: &[Collection]) -> Result<(), SqlError> {
        let wanted = indexes::wanted(collections).map_err(|error| SqlError::Rejected(error.to_string()))?;
        if self.index_changes(&wanted).await?.is_empty() {
            return Ok(());
        }
        self.run("BEGIN IMMEDIATE").await?;
        for text in self.index_changes(&wanted).await? {
            self.connection.sqlx.execute(sqlx::raw_sql(AssertSqlSafe(text))).await.map_err(sql_error)?;
        }
        self.run("COMMIT").await
    }

    async fn index_changes(&mut self, wanted: &[Index]) -> Result<Vec<String>, SqlError> {
        let query =
            sqlx::query("SELECT name FROM sqlite_schema WHERE type = 'index' AND instr(name, $1) = 1")
                .bind(indexes::PREFIX);
        let rows = self.connection.sqlx.fetch_all(query).await.map_err(sql_error)?;
        let there: Vec<String> =
            rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>().map_err(sql_error)?;
        let missing =
            wanted.iter().filter(|index| !there.contains(&index.name)).map(|index| index.text.clone());
        let idle = there.iter().filter(|name| wanted.iter().all(|index| index.name != **name));
        Ok(missing.chain(idle.map(|name| format!("DROP INDEX {name}"))).collect())
    }

    fn failed(&self, migration: &Migration, reason: String) -> OpenError {
        OpenError::Failed { scope: self.scope.clone(), version: migration.version, reason }
    }
}

fn unavailable(error: SqlError) -> OpenError {
    OpenError::Unavailable(error.to_string())
}
