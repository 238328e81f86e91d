//! The SQL port over one scope's schema: queries and batches, as the feature's own role.

use std::sync::Arc;

use async_trait::async_trait;
use p2p_context::Deadline;

use super::Database;
use super::errors::{After, Fault};
use super::lease::Lease;
use super::outbox;
use super::params;
use super::shape::Shape;
use super::statement::{GuestStatement, Statements, Verb};
use super::transaction::{Transaction, until};
use crate::events;
use crate::ports::events::Event;
use crate::ports::sql::{Dialect, Rows, SqlError, SqlStore, Statement};
use crate::ports::stores::{StoreCall, StoreLimits};

/// How often a batch begins anew that gave way to another one: they took the same rows in another order. Nothing of it
/// was kept, and it knows nothing that it would have to ask again.
const CROSSINGS: u32 = 3;

/// Tables of one scope.
#[derive(Debug)]
pub struct PgStore {
    database: Arc<Database>,
    limits: StoreLimits,
    statements: Statements,
}

/// A statement of a batch with its parameters.
struct Bound<'a> {
    guest: Arc<GuestStatement>,
    params: &'a [u8],
    expect: Option<u64>,
}

impl PgStore {
    /// Over an open database.
    pub fn new(database: Arc<Database>, limits: StoreLimits) -> Self {
        Self { database, limits, statements: Statements::default() }
    }

    fn bind<'a>(&self, statement: &'a Statement) -> Result<Bound<'a>, SqlError> {
        let guest = self.statements.get(&statement.text)?;
        if guest.verb == Verb::Reads {
            return Err(SqlError::Rejected("a commit holds statements that write".to_owned()));
        }
        Ok(Bound { guest, params: &statement.params, expect: statement.expect })
    }

    /// The failure, and whether another connection could do better.
    async fn query_once(
        &self,
        deadline: Deadline,
        statement: &GuestStatement,
        packed: &[u8],
    ) -> Result<Rows, (SqlError, bool)> {
        let lent = self.database.server.pools.lend(&self.database.feature, deadline).await;
        let mut lease = lent.map_err(|error| (error, false))?;
        match until(deadline, self.fetch(&mut lease, statement, packed)).await {
            Some(Ok(rows)) => {
                lease.settle();
                Ok(rows)
            }
            Some(Err(Fault { error, connection })) => {
                // What is remembered of it may be what is wrong: tables change.
                if connection == After::Outdated || matches!(error, SqlError::Rejected(_)) {
                    statement.remember(None);
                }
                Err((error, lease.settle_after(connection)))
            }
            None => Err((SqlError::Timeout, false)),
        }
    }

    async fn fetch(
        &self,
        lease: &mut Lease,
        statement: &GuestStatement,
        packed: &[u8],
    ) -> Result<Rows, Fault> {
        let shape = match statement.shape() {
            Some(shape) => shape,
            None => {
                let prepared = lease.prepare(&statement.sql).await?;
                let schema = &self.database.names.schema;
                let shape = Shape::bounded(&prepared, &statement.sql, schema, self.limits.bytes);
                let shape = Arc::new(shape.map_err(Fault::refused)?);
                statement.remember(Some(Arc::clone(&shape)));
                shape
            }
        };
        let arguments = params::arguments(packed, &shape.places).map_err(Fault::refused)?;
        lease.fetch(&shape, arguments, statement.lasting, self.limits).await
    }

    async fn batch(
        &self,
        transaction: &mut Transaction<'_>,
        call: &StoreCall,
        batch: &[Bound<'_>],
        events: &[Event],
    ) -> Result<Vec<u64>, Fault> {
        outbox::record_handling(&self.database, transaction, call.handling).await?;
        let mut changed = Vec::with_capacity(batch.len());
        for (index, Bound { guest, params, expect }) in (0_u32..).zip(batch) {
            let count = match transaction.guest(guest, params).await {
                Err(fault) => {
                    // What is remembered of it may be what is wrong.
                    guest.remember(None);
                    return Err(fault);
                }
                Ok(count) => count,
            };
            if expect.is_some_and(|expected| expected != count) {
                return Err(Fault::refused(SqlError::Stale(index)));
            }
            changed.push(count);
        }
        outbox::append(&self.database, transaction, &call.origin, events).await?;
        Ok(changed)
    }
}

#[async_trait]
impl SqlStore for PgStore {
    fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }

    async fn query(&self, call: StoreCall, text: &str, params: &[u8]) -> Result<Rows, SqlError> {
        let statement = self.statements.get(text)?;
        if statement.verb == Verb::Writes {
            return Err(SqlError::Denied);
        }
        let again = match self.query_once(call.deadline, &statement, params).await {
            Err((_, true)) => self.query_once(call.deadline, &statement, params).await,
            outcome => outcome,
        };
        again.map_err(|(error, _)| error)
    }

    async fn commit(
        &self,
        call: StoreCall,
        statements: &[Statement],
        events: &[Event],
    ) -> Result<Vec<u64>, SqlError> {
        let batch: Vec<Bound<'_>> =
            statements.iter().map(|statement| self.bind(statement)).collect::<Result<_, _>>()?;
        events::check(events)?;
        if batch.is_empty() && events.is_empty() && call.handling.is_none() {
            return Ok(Vec::new());
        }
        let _bell = outbox::bell(&self.database, events);
        let mut left = CROSSINGS;
        loop {
            let mut transaction = self.database.begin_feature(call.deadline).await?;
            let work = self.batch(&mut transaction, &call, &batch, events);
            let outcome = until(call.deadline, work).await;
            let is_crossed =
                matches!(&outcome, Some(Err(Fault { connection, .. })) if *connection == After::Crossed);
            let ended = transaction.end(outcome).await;
            if !is_crossed || left == 0 {
                return ended;
            }
            left -= 1;
        }
    }
}
