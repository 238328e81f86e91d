//! Brings a scope's schema, roles and this room's part of it up to date. Done when it is already, which one look tells.

use std::time::Duration;

use p2p_context::Deadline;
use sha2::{Digest, Sha256};
use sqlx::{AssertSqlSafe, Row as _};

use super::Server;
use super::errors::Fault;
use super::lease::Lease;
use super::names::{Names, lock};
use super::scram;
use super::tables::{FUNCTIONS, GRANTS, TABLES};
use crate::ports::sql::SqlError;
use crate::ports::stores::OpenError;

/// How long it may take, waiting for others who do the same included.
const PATIENCE: Duration = Duration::from_mins(1);

/// Whoever waits for others that do the same waits for as long as that may take.
pub const LONG_WAIT: &str = "SET LOCAL lock_timeout = '10min'";

/// The oldest server that has all that is used.
const OLDEST: i32 = 140_000;

/// See the module.
pub async fn bring_up(server: &Server, names: &Names) -> Result<(), OpenError> {
    let deadline = Deadline::after(PATIENCE);
    let mut setup = Setup { server, names };
    let mut is_first = true;
    loop {
        let mut lease = server.pools.lend(&server.host, deadline).await.map_err(unavailable)?;
        let work = tokio::time::timeout_at(deadline.instant().into(), setup.run(&mut lease));
        match work.await {
            Ok(Ok(())) => return lease_settled(lease),
            Ok(Err(fault)) => {
                let again = setup.give_up(lease, &fault).await;
                if !(again && is_first) {
                    return Err(unavailable(fault.error));
                }
                is_first = false;
            }
            Err(_) => return Err(unavailable(SqlError::Timeout)),
        }
    }
}

fn lease_settled(lease: Lease) -> Result<(), OpenError> {
    lease.settle();
    Ok(())
}

struct Setup<'a> {
    server: &'a Server,
    names: &'a Names,
}

impl Setup<'_> {
    async fn run(&mut self, lease: &mut Lease) -> Result<(), Fault> {
        let fingerprint = self.fingerprint();
        if self.fingerprint_found(lease).await? == Some(fingerprint) {
            return Ok(());
        }
        self.check_server(lease).await?;
        // Roles are shared by all schemas, and PostgreSQL refuses two changes of one at the same time.
        let setup_lock = lock("setup");
        lease.run(format!("BEGIN; {LONG_WAIT}; SELECT pg_advisory_xact_lock({setup_lock})")).await?;
        if self.fingerprint_found(lease).await? == Some(fingerprint) {
            return lease.run("COMMIT".to_owned()).await;
        }
        self.make_roles(lease).await?;
        let schema = &self.names.schema;
        lease.run(format!("CREATE SCHEMA IF NOT EXISTS {schema}")).await?;
        self.lay_tables(lease).await?;
        lease.run(self.text(FUNCTIONS)).await?;
        lease.run(self.text(GRANTS)).await?;
        let steps = TABLES.len();
        let digits: String = super::names::hex(&fingerprint, 64);
        lease
            .run(format!(
                "UPDATE {schema}.p2p_host SET tables = {steps}, fingerprint = '\\x{digits}'; COMMIT"
            ))
            .await
    }

    /// Undoes what was begun; answers whether another connection could do better.
    async fn give_up(&self, mut lease: Lease, fault: &Fault) -> bool {
        if fault.connection.can_serve() {
            if lease.run("ROLLBACK".to_owned()).await.is_ok() {
                lease.settle();
            }
            return false;
        }
        lease.settle_after(fault.connection)
    }

    /// All that was laid by an earlier run stands for, so that a look at it is enough.
    fn fingerprint(&self) -> [u8; 32] {
        let mut whole = Sha256::new();
        let secret = &self.server.secret;
        for part in TABLES.iter().chain([&FUNCTIONS, &GRANTS]) {
            whole.update(part.as_bytes());
        }
        for role in [&self.names.owner, &self.names.feature] {
            whole.update(role.as_bytes());
            whole.update(Sha256::digest(secret.password(role).as_bytes()));
        }
        whole.update(self.token_digest());
        whole.finalize().into()
    }

    fn token_digest(&self) -> [u8; 32] {
        Sha256::digest(self.server.secret.token(&self.names.schema)).into()
    }

    fn text(&self, text: &str) -> String {
        let Names { schema, owner, feature, order_lock, .. } = self.names;
        let token = format!("\\x{}", super::names::hex(&self.token_digest(), 64));
        text.replace("{schema}", schema)
            .replace("{owner}", owner)
            .replace("{feature}", feature)
            .replace("{token}", &token)
            .replace("{order_lock}", &order_lock.to_string())
    }

    async fn exists(&self, lease: &mut Lease) -> Result<bool, Fault> {
        let text = format!("SELECT to_regclass('{}.p2p_host') IS NOT NULL", self.names.schema);
        let row = sqlx::query(AssertSqlSafe(text)).fetch_one(lease.sqlx().map_err(Fault::refused)?).await?;
        Ok(row.try_get(0)?)
    }

    async fn fingerprint_found(&self, lease: &mut Lease) -> Result<Option<[u8; 32]>, Fault> {
        if !self.exists(lease).await? {
            return Ok(None);
        }
        // A database that was restored on another server has the table and not the roles.
        let Names { schema, owner, feature, .. } = self.names;
        let text = format!(
            "SELECT fingerprint FROM {schema}.p2p_host \
             WHERE (SELECT count(*) FROM pg_roles WHERE rolname IN ('{owner}', '{feature}')) = 2"
        );
        let query = sqlx::query(AssertSqlSafe(text));
        let Some(row) = query.fetch_optional(lease.sqlx().map_err(Fault::refused)?).await? else {
            return Ok(None);
        };
        let found: Vec<u8> = row.try_get(0)?;
        Ok(found.try_into().ok())
    }

    async fn check_server(&self, lease: &mut Lease) -> Result<(), Fault> {
        let text = "SELECT current_setting('server_version_num')::integer, \
                    pg_encoding_to_char((SELECT encoding FROM pg_database WHERE datname = current_database()))::text";
        let row = sqlx::query(text).fetch_one(lease.sqlx().map_err(Fault::refused)?).await?;
        let (version, encoding): (i32, String) = (row.try_get(0)?, row.try_get(1)?);
        if version < OLDEST {
            return Err(unfit("the server is older than PostgreSQL 14"));
        }
        if encoding != "UTF8" {
            return Err(unfit("the database's encoding is not UTF8"));
        }
        Ok(())
    }

    async fn make_roles(&self, lease: &mut Lease) -> Result<(), Fault> {
        for role in [&self.names.owner, &self.names.feature] {
            let text = "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)";
            let row = sqlx::query(text).bind(role).fetch_one(lease.sqlx().map_err(Fault::refused)?).await?;
            let verb = if row.try_get(0)? { "ALTER" } else { "CREATE" };
            let secret = &self.server.secret;
            let verifier = scram::verifier(&secret.password(role), &secret.salt(role));
            // Membership lets us end its sessions.
            let text = format!(
                "{verb} ROLE {role} LOGIN NOINHERIT PASSWORD '{verifier}'; \
                 GRANT {role} TO CURRENT_USER"
            );
            lease.run(text).await.map_err(|fault| self.may_not(fault))?;
        }
        Ok(())
    }

    async fn lay_tables(&self, lease: &mut Lease) -> Result<(), Fault> {
        let taken = if self.exists(lease).await? {
            let text = format!("SELECT tables FROM {}.p2p_host", self.names.schema);
            let row =
                sqlx::query(AssertSqlSafe(text)).fetch_one(lease.sqlx().map_err(Fault::refused)?).await?;
            let taken: i64 = row.try_get(0)?;
            usize::try_from(taken).unwrap_or(usize::MAX)
        } else {
            0
        };
        if taken > TABLES.len() {
            return Err(unfit(&format!("the schema {} was made by a newer host", self.names.schema)));
        }
        for step in TABLES.iter().skip(taken) {
            lease.run(self.text(step)).await.map_err(|fault| self.may_not(fault))?;
        }
        Ok(())
    }

    /// Says what is missing, where it is a right.
    fn may_not(&self, fault: Fault) -> Fault {
        if fault.error != SqlError::Denied {
            return fault;
        }
        let (user, database) = (self.server.address.user(), self.server.address.database());
        unfit(&format!(
            "the user of DATABASE_URL may not make roles and schemas: run ALTER ROLE {user} CREATEROLE; \
             GRANT CREATE ON DATABASE {database} TO {user}; as a superuser"
        ))
    }
}

fn unfit(why: &str) -> Fault {
    Fault::refused(SqlError::Unavailable(why.to_owned()))
}

/// How a store that cannot be opened is told of.
pub fn unavailable(error: SqlError) -> OpenError {
    match error {
        SqlError::Unavailable(reason) => OpenError::Unavailable(reason),
        other => OpenError::Unavailable(other.to_string()),
    }
}
