//! A write under way on a connection of its own. Not committed, it is rolled back; left without a word, its session is
//! ended.

use std::time::Duration;

use p2p_context::Deadline;
use std::sync::Arc;

use super::connection::Login;
use super::errors::{After, Fault};
use super::lease::Lease;
use super::shape::Shape;
use super::statement::GuestStatement;
use super::{Database, params};
use crate::packed::Params;
use crate::ports::sql::{Rows, SqlError};
use crate::ports::stores::StoreLimits;

/// How long undoing may take. Then the session is ended, which undoes as well.
const UNDOING: Duration = Duration::from_secs(1);

/// See the module.
#[derive(Debug)]
pub struct Transaction<'a> {
    database: &'a Database,
    lease: Lease,
    deadline: Deadline,
}

impl<'a> Transaction<'a> {
    /// Begins a write that the server itself ends at the deadline. A connection that died unnoticed is replaced.
    pub async fn begin(
        database: &'a Database,
        login: &Arc<Login>,
        deadline: Deadline,
    ) -> Result<Self, SqlError> {
        let mut is_first = true;
        loop {
            let mut lease = database.server.pools.lend(login, deadline).await?;
            let millis = deadline.remaining().as_millis().max(1);
            let begin = lease.run(format!("BEGIN READ WRITE; SET LOCAL statement_timeout = {millis}"));
            match tokio::time::timeout_at(deadline.instant().into(), begin).await {
                Ok(Ok(())) => return Ok(Self { database, lease, deadline }),
                Ok(Err(fault)) => {
                    if !lease.settle_after(fault.connection) || !is_first {
                        return Err(fault.error);
                    }
                    is_first = false;
                }
                Err(_) => return Err(SqlError::Timeout),
            }
        }
    }

    /// Runs a feature's statement; answers the rows it changed.
    pub async fn guest(&mut self, statement: &GuestStatement, packed: &[u8]) -> Result<u64, Fault> {
        let shape = match statement.shape() {
            Some(shape) => shape,
            None => {
                let prepared = self.lease.prepare(&statement.sql).await?;
                let shape = Shape::counted(&prepared, &statement.sql).map_err(Fault::refused)?;
                let shape = Arc::new(shape);
                statement.remember(Some(Arc::clone(&shape)));
                shape
            }
        };
        let arguments = params::arguments(packed, &shape.places).map_err(Fault::refused)?;
        if shape.kinds.is_empty() {
            return self.lease.execute(&shape, arguments, statement.lasting).await;
        }
        let rows = self.lease.fetch(&shape, arguments, statement.lasting, StoreLimits::default()).await?;
        number(&rows).and_then(|count| u64::try_from(count).ok()).ok_or_else(damaged)
    }

    /// Runs a statement of this room; answers the rows it changed.
    pub async fn host(&mut self, text: &str, params: Params) -> Result<u64, Fault> {
        let shape = self.database.server.shape(&mut self.lease, &self.database.text(text)).await?;
        let arguments = params::arguments(&params.finish(), &shape.places).map_err(Fault::refused)?;
        self.lease.execute(&shape, arguments, true).await
    }

    /// Reads for this room, as the transaction sees it.
    pub async fn host_rows(&mut self, text: &str, params: Params) -> Result<Rows, Fault> {
        let shape = self.database.server.shape(&mut self.lease, &self.database.text(text)).await?;
        let arguments = params::arguments(&params.finish(), &shape.places).map_err(Fault::refused)?;
        self.lease.fetch(&shape, arguments, true, StoreLimits::default()).await
    }

    /// Ends the write by how its work went: none, when the deadline passed before it was done.
    pub async fn end<T>(mut self, outcome: Option<Result<T, Fault>>) -> Result<T, SqlError> {
        let deadline = self.deadline.instant();
        match outcome {
            None => Err(SqlError::Timeout),
            Some(Ok(value)) => {
                let commit = self.lease.run("COMMIT".to_owned());
                match tokio::time::timeout_at(deadline.into(), commit).await {
                    Ok(Ok(())) => {
                        self.lease.settle();
                        Ok(value)
                    }
                    Ok(Err(fault)) => {
                        self.lease.settle_after(fault.connection);
                        Err(fault.error)
                    }
                    Err(_) => Err(SqlError::Timeout),
                }
            }
            Some(Err(fault)) => {
                self.undo(fault.connection).await;
                Err(fault.error)
            }
        }
    }

    async fn undo(mut self, left: After) {
        if !left.can_serve() {
            self.lease.settle_after(left);
            return;
        }
        let undoing = self.lease.run("ROLLBACK".to_owned());
        if matches!(tokio::time::timeout(UNDOING, undoing).await, Ok(Ok(()))) {
            self.lease.settle();
        }
    }
}

/// Does the work of a write until its deadline; none when that passed.
pub async fn until<T>(deadline: Deadline, work: impl Future<Output = T>) -> Option<T> {
    tokio::time::timeout_at(deadline.instant().into(), work).await.ok()
}

/// The only cell of an answer.
pub fn number(rows: &Rows) -> Option<i64> {
    let mut reader = crate::packed::RowReader::new(rows).ok()?;
    if reader.advance() { reader.s64().ok() } else { None }
}

fn damaged() -> Fault {
    Fault::abandoned(super::damaged())
}
