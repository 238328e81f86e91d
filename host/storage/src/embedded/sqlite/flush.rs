//! Makes commits lasting, several with one flush. SQLite itself would flush within each commit, and nobody could write
//! meanwhile; here the next writer begins as soon as a commit is written, and whoever committed waits for a flush that
//! began behind it.
//!
//! A write-ahead log that was flushed up to a commit has it after a power cut, whoever did the flush: SQLite reads it up to
//! the last whole commit (<https://www.sqlite.org/walformat.html>). Its own flushes before and after a checkpoint remain.

use std::ffi::OsString;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::Mutex;

use crate::ports::sql::SqlError;

/// The log of one database file, for as long as a connection keeps it there.
#[derive(Debug)]
pub struct Flush {
    log: Arc<File>,
    /// Commits that were written, and of those how many are known to last. Whatever was there before counts as one.
    written: AtomicU64,
    lasting: AtomicU64,
    turn: Mutex<()>,
}

impl Flush {
    /// Of a file that is open and has written before.
    pub async fn open(database: &Path) -> Result<Arc<Self>, SqlError> {
        let mut path = OsString::from(database);
        path.push("-wal");
        let opened = tokio::task::spawn_blocking(move || File::options().append(true).open(path)).await;
        let log = Arc::new(opened.map_err(unavailable)?.map_err(unavailable)?);
        Ok(Arc::new(Self {
            log,
            written: AtomicU64::new(1),
            lasting: AtomicU64::new(0),
            turn: Mutex::new(()),
        }))
    }

    /// Notes a commit, before anybody else may write; answers its number.
    pub fn note(&self) -> u64 {
        self.written.fetch_add(1, Ordering::AcqRel) + 1
    }

    /// Waits until every commit that was noted is lasting.
    pub async fn all(&self) -> Result<(), SqlError> {
        self.through(self.written.load(Ordering::Acquire)).await
    }

    /// Waits until this commit is lasting.
    pub async fn through(&self, commit: u64) -> Result<(), SqlError> {
        if self.lasting.load(Ordering::Acquire) >= commit {
            return Ok(());
        }
        let _turn = self.turn.lock().await;
        if self.lasting.load(Ordering::Acquire) >= commit {
            return Ok(());
        }
        let (written, log) = (self.written.load(Ordering::Acquire), Arc::clone(&self.log));
        tokio::task::spawn_blocking(move || log.sync_data())
            .await
            .map_err(unavailable)?
            .map_err(unavailable)?;
        self.lasting.store(written, Ordering::Release);
        Ok(())
    }
}

fn unavailable(error: impl std::fmt::Display) -> SqlError {
    SqlError::Unavailable(format!("the log was not flushed: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_flush_is_enough_for_all_that_was_written_before_it() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("a.sqlite");
        assert!(matches!(Flush::open(&database).await, Err(SqlError::Unavailable(_))), "there is no log");
        File::create(folder.path().join("a.sqlite-wal")).unwrap();
        let flush = Flush::open(&database).await.unwrap();
        let lasting = || flush.lasting.load(Ordering::Acquire);
        assert_eq!(lasting(), 0);
        flush.all().await.unwrap();
        assert_eq!(lasting(), 1, "what was there before");
        let [first, second] = [flush.note(), flush.note()];
        flush.through(first).await.unwrap();
        assert_eq!(lasting(), second);
        let third = flush.note();
        flush.through(second).await.unwrap();
        assert_eq!(lasting(), second, "nothing to do");
        flush.through(third).await.unwrap();
        assert_eq!(lasting(), third);
    }
}
