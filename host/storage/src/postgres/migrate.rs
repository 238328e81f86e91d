//! A feature's migrations, each in its own transaction, as the role that owns the feature's tables and reaches nothing
//! else. Never goes back, never applies a text that differs from what was applied.

use std::time::Duration;

use p2p_context::{Deadline, Scope};
use sha2::{Digest, Sha256};
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, Row as _};

use super::errors::Fault;
use super::names::Names;
use super::pools::Room;
use super::setup::{LONG_WAIT, unavailable};
use super::{Server, connection, migration_text};
use crate::packed::{Params, RowReader};
use crate::ports::migrations::{Migration, Migrations};
use crate::ports::sql::SqlError;
use crate::ports::stores::{OpenError, StoreLimits};

/// How long one opening may take, all migrations together.
const PATIENCE: Duration = Duration::from_mins(10);

/// A migration that meets a lock of a running server does not wait for ever.
const LOCK_WAIT: &str = "SET LOCAL lock_timeout = '60s'";

/// What is named like this room's own and is not this room's.
const STRANGERS: &str = r"
    SELECT count(*) FROM (
        SELECT c.relowner AS owner FROM pg_catalog.pg_class c
        WHERE c.relnamespace = $1::regnamespace AND c.relname LIKE 'p2p\_%'
        UNION ALL
        SELECT p.proowner FROM pg_catalog.pg_proc p
        WHERE p.pronamespace = $1::regnamespace AND p.proname LIKE 'p2p\_%'
        UNION ALL
        SELECT t.typowner FROM pg_catalog.pg_type t
        WHERE t.typnamespace = $1::regnamespace AND t.typname LIKE 'p2p\_%'
    ) named
    WHERE owner OPERATOR(pg_catalog.=) (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = current_user)";

/// Brings the feature's tables up to date; answers whether anything was to be done.
pub async fn bring_up(
    server: &Server,
    names: &Names,
    scope: &Scope,
    migrations: &Migrations,
) -> Result<bool, OpenError> {
    let upgrade = Upgrade { server, names, scope };
    let applied = upgrade.applied().await.map_err(unavailable)?;
    let pending = upgrade.pending(&applied, &migrations.tables)?;
    if pending.is_empty() {
        return Ok(false);
    }
    let deadline = Deadline::after(PATIENCE);
    let work = upgrade.apply_all(pending, deadline);
    tokio::time::timeout_at(deadline.instant().into(), work)
        .await
        .map_err(|_| unavailable(SqlError::Timeout))?
        .map(|()| true)
}

struct Upgrade<'a> {
    server: &'a Server,
    names: &'a Names,
    scope: &'a Scope,
}

impl Upgrade<'_> {
    /// The checksums of what was applied, by version, from 1.
    async fn applied(&self) -> Result<Vec<(i64, Vec<u8>)>, SqlError> {
        let text =
            format!("SELECT version, checksum FROM {}.p2p_migrations ORDER BY version", self.names.schema);
        let deadline = Deadline::after(Duration::from_secs(30));
        let rows = self.server.rows(deadline, &text, Params::new(), StoreLimits::default()).await?;
        let damaged = |_| super::damaged();
        let mut reader = RowReader::new(&rows).map_err(damaged)?;
        let mut applied = Vec::new();
        while reader.advance() {
            let version = reader.s64().map_err(damaged)?;
            applied.push((version, reader.bytes_or_null().map_err(damaged)?.unwrap_or_default().to_vec()));
        }
        Ok(applied)
    }

    /// Those that were not applied yet; the others must be what was applied.
    fn pending<'m>(
        &self,
        applied: &[(i64, Vec<u8>)],
        migrations: &'m [Migration],
    ) -> Result<Vec<&'m Migration>, OpenError> {
        let found = applied.last().map_or(0, |(version, _)| u32::try_from(*version).unwrap_or(u32::MAX));
        let known = migrations.last().map_or(0, |migration| migration.version);
        if found > known {
            return Err(OpenError::Newer { scope: self.scope.clone(), found, known });
        }
        let mut pending = Vec::new();
        for (migration, version) in migrations.iter().zip(1..) {
            if migration.version != version {
                return Err(self.failed(migration, "versions must be 1, 2, 3 … without gaps".to_owned()));
            }
            let earlier = applied.iter().find(|(applied, _)| *applied == i64::from(version));
            match earlier {
                Some((_, earlier)) => self.compare(migration, earlier)?,
                None => pending.push(migration),
            }
        }
        Ok(pending)
    }

    fn compare(&self, migration: &Migration, earlier: &[u8]) -> Result<(), OpenError> {
        if earlier == checksum(migration) {
            return Ok(());
        }
        Err(OpenError::Altered { scope: self.scope.clone(), version: migration.version })
    }

    async fn apply_all(&self, pending: Vec<&Migration>, deadline: Deadline) -> Result<(), OpenError> {
        let _room: Room = self.server.pools.room(&self.server.host, deadline).await.map_err(unavailable)?;
        let mut owner = self.owner().await.map_err(|fault| unavailable(fault.error))?;
        for migration in pending {
            let outcome = self.apply(&mut owner, migration).await;
            let ending = if outcome.is_ok() { "COMMIT" } else { "ROLLBACK" };
            let ended = owner.execute(ending).await;
            outcome?;
            ended.map_err(|error| self.failed(migration, SqlError::from(Fault::from(error)).to_string()))?;
        }
        // What was asked is done; a farewell that fails changes nothing.
        let _ = owner.close().await;
        Ok(())
    }

    async fn owner(&self) -> Result<PgConnection, Fault> {
        let password = self.server.secret.password(&self.names.owner);
        let settings = [
            ("search_path", self.names.schema.as_str()),
            ("standard_conforming_strings", "on"),
            ("statement_timeout", "10min"),
            ("idle_in_transaction_session_timeout", "60s"),
        ];
        let options =
            self.server.address.as_role(&self.names.owner, &password, &self.names.schema, &settings);
        connection::greet(&options).await.map(|(connection, _)| connection)
    }

    /// Locks whoever else would apply it, from the look to the commit.
    async fn apply(&self, owner: &mut PgConnection, migration: &Migration) -> Result<(), OpenError> {
        let usable = |error: sqlx::Error| unavailable(Fault::from(error).error);
        let lock = self.names.upgrade_lock;
        let begin = AssertSqlSafe(format!(
            "BEGIN; {LONG_WAIT}; SELECT pg_catalog.pg_advisory_xact_lock({lock}); {LOCK_WAIT}"
        ));
        owner.execute(sqlx::raw_sql(begin)).await.map_err(usable)?;
        let text = AssertSqlSafe(format!(
            "SELECT checksum FROM {}.p2p_migrations WHERE version = $1",
            self.names.schema
        ));
        let query = sqlx::query(text).bind(i64::from(migration.version));
        let earlier = owner.fetch_optional(query).await.map_err(usable)?;
        if let Some(earlier) = earlier {
            return self.compare(migration, &earlier.try_get::<Vec<u8>, _>(0).map_err(usable)?);
        }
        self.change(owner, migration).await.map_err(|error| self.failed(migration, error.to_string()))?;
        self.record(owner, migration).await.map_err(usable)
    }

    async fn change(&self, owner: &mut PgConnection, migration: &Migration) -> Result<(), SqlError> {
        migration_text::check(&migration.postgres)?;
        let failed = |error: sqlx::Error| Fault::from(error).error;
        let text = AssertSqlSafe(migration.postgres.clone());
        owner.execute(sqlx::raw_sql(text)).await.map_err(failed)?;
        // What the migration made answers to none of these names.
        owner.execute("SET LOCAL search_path = pg_catalog").await.map_err(failed)?;
        let row = owner.fetch_one(sqlx::query(STRANGERS).bind(&self.names.schema)).await.map_err(failed)?;
        let strangers: i64 = row.try_get(0).map_err(failed)?;
        if strangers == 0 { Ok(()) } else { Err(SqlError::Denied) }
    }

    async fn record(&self, owner: &mut PgConnection, migration: &Migration) -> Result<(), sqlx::Error> {
        let now = self.server.clock.now();
        let text = format!(
            "SELECT {}.p2p_migrated($1, $2, $3, $4, to_timestamp($5::double precision))",
            self.names.schema
        );
        #[expect(clippy::cast_precision_loss, reason = "for people to read")]
        let query = sqlx::query(AssertSqlSafe(text))
            .bind(self.server.secret.token(&self.names.schema).to_vec())
            .bind(i64::from(migration.version))
            .bind(&migration.name)
            .bind(checksum(migration).to_vec())
            .bind(now.0 as f64 / 1e6);
        owner.execute(query).await.map(drop)
    }

    fn failed(&self, migration: &Migration, reason: String) -> OpenError {
        OpenError::Failed { scope: self.scope.clone(), version: migration.version, reason }
    }
}

fn checksum(migration: &Migration) -> [u8; 32] {
    Sha256::digest(migration.postgres.as_bytes()).into()
}
