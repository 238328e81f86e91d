//! The one writing connection of a database file and its transactions. A transaction that is not committed is rolled
//! back, also when its future is dropped half-way.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use futures::{FutureExt, StreamExt};
use p2p_context::Deadline;
use sqlx::query::Query;
use sqlx::sqlite::{Sqlite, SqliteArguments};
use sqlx::{Either, Executor};
use tokio::sync::{Mutex, MutexGuard};

use super::batch::Batch;
use super::cells;
use super::connection::{Connection, Purpose, Synchronous};
use super::errors::sql_error;
use super::flush::Flush;
use super::joined::Joined;
use super::policy::Mode;
use crate::packed::Params;
use crate::ports::sql::{Rows, SqlError};
use crate::ports::stores::StoreLimits;

/// How long to wait before asking again whether another process has finished its write.
const FIRST_WAIT: Duration = Duration::from_millis(1);
const LONGEST_WAIT: Duration = Duration::from_millis(20);

/// The writer of one file.
#[derive(Debug)]
pub struct Writer {
    file: PathBuf,
    synchronous: Synchronous,
    connection: Mutex<Option<Connection>>,
    flush: std::sync::Mutex<Option<Arc<Flush>>>,
}

impl Writer {
    /// Opened when first needed.
    pub fn new(file: PathBuf, synchronous: Synchronous) -> Self {
        Self { file, synchronous, connection: Mutex::default(), flush: std::sync::Mutex::default() }
    }

    /// Begins a transaction that holds the write lock. `Busy` when others kept it until the deadline.
    pub async fn begin(&self, deadline: Deadline) -> Result<Transaction<'_>, SqlError> {
        Ok(self.begin_with(deadline, Batch::default()).await?.0)
    }

    /// The same, and runs this in it; answers how many rows its last statement changed.
    pub async fn begin_with(
        &self,
        deadline: Deadline,
        first: Batch,
    ) -> Result<(Transaction<'_>, u64), SqlError> {
        let slot = self.lock(deadline).await?;
        let mut transaction = Transaction { writer: self, slot, open: false };
        self.prepare(&mut transaction.slot, deadline).await?;
        let (first, mut wait) = (first.after(BEGIN), FIRST_WAIT);
        transaction.open = true;
        loop {
            match transaction.host(&first).await {
                Ok(changed) => return Ok((transaction, changed)),
                Err(SqlError::Busy) if deadline.remaining() >= wait => tokio::time::sleep(wait).await,
                Err(error) => return Err(error),
            }
            wait = LONGEST_WAIT.min(wait * 2);
        }
    }

    /// Waits until nobody writes, closes the connection and keeps writers waiting until the answer is dropped.
    pub async fn close(&self) -> impl Drop {
        let mut slot = self.connection.lock().await;
        self.part(&mut slot);
        slot
    }

    /// Waits until all that was written is lasting, by an earlier process too.
    pub async fn flushed(&self) -> Result<(), SqlError> {
        match self.synchronous {
            Synchronous::Full => self.flush().await?.all().await,
            Synchronous::Normal => Ok(()),
        }
    }

    /// Its log is there from the first transaction on, and for as long as a connection is open.
    async fn flush(&self) -> Result<Arc<Flush>, SqlError> {
        if let Some(flush) = self.known_flush().as_ref() {
            return Ok(Arc::clone(flush));
        }
        let opened = Flush::open(&self.file).await?;
        Ok(Arc::clone(self.known_flush().get_or_insert(opened)))
    }

    fn known_flush(&self) -> std::sync::MutexGuard<'_, Option<Arc<Flush>>> {
        self.flush.lock().unwrap_or_else(|e| e.into_inner())
    }

    /// The log may go with the last connection.
    fn part(&self, slot: &mut Option<Connection>) {
        *slot = None;
        *self.known_flush() = None;
    }

    async fn lock(&self, deadline: Deadline) -> Result<MutexGuard<'_, Option<Connection>>, SqlError> {
        if let Ok(slot) = self.connection.try_lock() {
            return Ok(slot);
        }
        tokio::time::timeout_at(deadline.instant().into(), self.connection.lock())
            .await
            .map_err(|_| SqlError::Busy)
    }

    async fn prepare(&self, slot: &mut Option<Connection>, deadline: Deadline) -> Result<(), SqlError> {
        if let Some(connection) = slot
            && connection.begin_use(deadline).await.is_ok()
        {
            return Ok(());
        }
        self.part(slot);
        let fresh = slot.insert(Connection::open(&self.file, Purpose::Writes, Synchronous::Normal).await?);
        fresh.begin_use(deadline).await
    }
}

const BEGIN: &str = "BEGIN IMMEDIATE";
const COMMIT: &str = "COMMIT";
const ROLLBACK: &str = "ROLLBACK";

/// A write under way.
#[derive(Debug)]
pub struct Transaction<'a> {
    writer: &'a Writer,
    slot: MutexGuard<'a, Option<Connection>>,
    open: bool,
}

impl Transaction<'_> {
    /// Runs a feature's statements; tells the rows that each changed, until it is told to stop.
    pub async fn guest(
        &mut self,
        statements: Joined,
        each: impl FnMut(u64) -> Result<(), SqlError>,
    ) -> Result<(), SqlError> {
        self.run(Mode::Writer, statements.query(), each).await
    }

    /// Runs statements of this room; answers how many rows the last of them changed.
    async fn host(&mut self, batch: &Batch) -> Result<u64, SqlError> {
        let mut last = 0;
        let each = |changed| {
            last = changed;
            Ok(())
        };
        self.run(Mode::Host, batch.query()?, each).await?;
        Ok(last)
    }

    async fn run(
        &mut self,
        mode: Mode,
        query: Query<'_, Sqlite, SqliteArguments>,
        mut each: impl FnMut(u64) -> Result<(), SqlError>,
    ) -> Result<(), SqlError> {
        let connection = self.connection()?;
        connection.speak_as(mode);
        let mut answers = connection.sqlx.fetch_many(query);
        while let Some(answer) = answers.next().await {
            if let Either::Left(done) = answer.map_err(sql_error)? {
                each(done.rows_affected())?;
            }
        }
        Ok(())
    }

    /// Reads for this room, as the transaction sees it.
    pub async fn host_rows(&mut self, text: &'static str, params: Params) -> Result<Rows, SqlError> {
        let bound = cells::host_arguments(params)?;
        let connection = self.connection()?;
        connection.speak_as(Mode::Host);
        let fetched =
            cells::fetch(&mut connection.sqlx, sqlx::query_with(text, bound), StoreLimits::default()).await?;
        Ok(fetched.map(|(rows, _)| rows.finish(std::iter::empty())).unwrap_or_default())
    }

    /// Runs this as well and makes all of it lasting.
    pub async fn commit(mut self, mut last: Batch) -> Result<(), SqlError> {
        last.add(COMMIT, |params| params);
        self.host(&last).await?;
        self.open = false;
        self.connection()?.end_use();
        if self.writer.synchronous == Synchronous::Normal {
            return Ok(());
        }
        let flush = self.writer.flush().await?;
        let commit = flush.note();
        drop(self);
        flush.through(commit).await
    }

    fn connection(&mut self) -> Result<&mut Connection, SqlError> {
        self.slot.as_mut().ok_or_else(|| SqlError::Unavailable("the writer is gone".to_owned()))
    }
}

impl Drop for Transaction<'_> {
    /// Ends what still runs and queues the rollback behind it; the next use waits for both. Where nothing is left to
    /// roll back (SQLite did it itself, or COMMIT came through), the rollback fails without harm.
    fn drop(&mut self) {
        if let (true, Some(connection)) = (self.open, self.slot.as_mut()) {
            connection.interrupt();
            // One look is enough to put the command into the connection's queue.
            let _ = connection.sqlx.execute(sqlx::query(ROLLBACK)).now_or_never();
        }
    }
}
