//! The reading connections of one database file: few, opened when first needed, lent to one caller at a time.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use p2p_context::Deadline;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::connection::{Connection, Purpose, Synchronous};
use crate::ports::sql::SqlError;

/// A set of readers.
#[derive(Debug)]
pub struct Readers {
    file: PathBuf,
    purpose: Purpose,
    most: u32,
    free: Semaphore,
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    /// At most so many connections; none is opened yet.
    pub fn new(file: PathBuf, purpose: Purpose, most: u32) -> Self {
        let most = most.max(1);
        Self { file, purpose, most, free: Semaphore::new(most as usize), idle: Mutex::default() }
    }

    /// Waits until nobody reads, closes all connections and keeps readers waiting until the answer is dropped.
    pub async fn close(&self) -> Option<SemaphorePermit<'_>> {
        let all = self.free.acquire_many(self.most).await.ok();
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
        all
    }

    /// Lends a connection until the deadline. `Busy` when none became free in time.
    pub async fn lend(&self, deadline: Deadline) -> Result<Reader<'_>, SqlError> {
        let permit = self.permit(deadline).await?;
        let mut reader = Reader { readers: self, connection: self.pop(), _permit: permit };
        if let Some(connection) = &mut reader.connection
            && connection.begin_use(deadline).await.is_ok()
        {
            return Ok(reader);
        }
        reader.connection = None;
        let mut fresh = Connection::open(&self.file, self.purpose, Synchronous::Full).await?;
        fresh.begin_use(deadline).await?;
        reader.connection = Some(fresh);
        Ok(reader)
    }

    async fn permit(&self, deadline: Deadline) -> Result<SemaphorePermit<'_>, SqlError> {
        if let Ok(permit) = self.free.try_acquire() {
            return Ok(permit);
        }
        match tokio::time::timeout_at(deadline.instant().into(), self.free.acquire()).await {
            Ok(Ok(permit)) => Ok(permit),
            _ => Err(SqlError::Busy),
        }
    }

    fn pop(&self) -> Option<Connection> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    fn put_back(&self, connection: Connection) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
    }
}

/// A lent connection. Given back when dropped; what still runs on it then is ended.
#[derive(Debug)]
pub struct Reader<'a> {
    readers: &'a Readers,
    connection: Option<Connection>,
    _permit: SemaphorePermit<'a>,
}

impl Reader<'_> {
    /// The connection.
    pub fn connection(&mut self) -> Result<&mut Connection, SqlError> {
        self.connection.as_mut().ok_or_else(|| SqlError::Unavailable("the reader is gone".to_owned()))
    }
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            if connection.is_unsettled() {
                connection.interrupt();
            }
            self.readers.put_back(connection);
        }
    }
}
