//! One guarded SQLite connection and its use by one caller at a time. Never shared, never unguarded.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use p2p_context::Deadline;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection as _};

use super::errors::sql_error;
use super::guard::{self, Watch};
use super::policy::Mode;
use crate::ports::sql::SqlError;

/// Rows that SQLite's thread may run ahead of its reader. With rows of the largest size this bounds memory.
const ROWS_AHEAD: usize = 64;

/// Reads go through the page cache of the system up to this size of file.
const MAPPED_BYTES: &str = "67108864";

/// A burst of writes does not leave a larger journal behind.
const JOURNAL_BYTES: &str = "67108864";

/// Another process may be migrating the same file. Writers wait by themselves, so that a wait can be given up.
const MIGRATION_WAIT: Duration = Duration::from_secs(60);

/// How long an opening may be told that the file is busy, and the pause before the next try.
const OPENING_WAIT: Duration = Duration::from_secs(10);
const OPENING_PAUSE: Duration = Duration::from_millis(5);

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Statements of features that read.
    FeatureReads,
    /// Reading statements of this room.
    HostReads,
    /// All writes.
    Writes,
    /// Schema changes: foreign keys are not enforced while they run, but checked before they are committed.
    Migrates,
}

/// When the disk is asked to keep what it was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Synchronous {
    /// Before a commit is answered, several with one flush (see `flush`). An acknowledged write outlives a power cut. The
    /// default: the outbox promises that no event is lost, and a promise that ends at the power plug is none.
    #[default]
    Full,
    /// At checkpoints. A crash of the process loses nothing, a power cut may lose the last commits (never
    /// consistency). Several times faster on disks without a write cache that survives.
    Normal,
}

/// A connection, with its guards.
#[derive(Debug)]
pub struct Connection {
    /// The connection itself.
    pub sqlx: SqliteConnection,
    watch: Arc<Watch>,
    /// Something may still run on it, or a transaction may be open.
    unsettled: bool,
}

impl Connection {
    /// Opens a database file. Only writing purposes create it.
    pub async fn open(file: &Path, purpose: Purpose, synchronous: Synchronous) -> Result<Self, SqlError> {
        let mut sqlx = connect(&options(file, purpose, synchronous)).await?;
        let watch = Watch::new(if purpose == Purpose::FeatureReads { Mode::Reader } else { Mode::Host });
        let mut handle = sqlx.lock_handle().await.map_err(sql_error)?;
        guard::install(&mut handle, &watch)?;
        drop(handle);
        Ok(Self { sqlx, watch, unsettled: false })
    }

    /// Begins a use that ends at the deadline. Whoever gave up before is waited for first. Fails when the connection
    /// is dead or stuck: drop it and open another.
    pub async fn begin_use(&mut self, deadline: Deadline) -> Result<(), SqlError> {
        if self.unsettled {
            let settled = tokio::time::timeout_at(deadline.instant().into(), self.sqlx.ping()).await;
            settled.map_err(|_| SqlError::Busy)?.map_err(sql_error)?;
        }
        self.watch.end_at(deadline);
        self.unsettled = true;
        Ok(())
    }

    /// Says that the use came to its orderly end.
    pub fn end_use(&mut self) {
        self.unsettled = false;
    }

    /// Whether a use is under way, or was given up.
    pub fn is_unsettled(&self) -> bool {
        self.unsettled
    }

    /// Who speaks from now on.
    pub fn speak_as(&self, mode: Mode) {
        self.watch.speak_as(mode);
    }

    /// Ends whatever still runs.
    pub fn interrupt(&self) {
        self.watch.interrupt();
    }
}

/// Choosing the journal of a new file takes it for a moment, and SQLite lets nobody wait for that: those who open it at
/// the same time are told that it is busy, whatever their timeout.
async fn connect(options: &SqliteConnectOptions) -> Result<SqliteConnection, SqlError> {
    let until = Deadline::after(OPENING_WAIT);
    loop {
        match options.connect().await.map_err(sql_error) {
            Err(SqlError::Busy) if !until.has_passed() => tokio::time::sleep(OPENING_PAUSE).await,
            connected => return connected,
        }
    }
}

fn options(file: &Path, purpose: Purpose, synchronous: Synchronous) -> SqliteConnectOptions {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .row_buffer_size(ROWS_AHEAD)
        .statement_cache_capacity(256)
        .thread_name(|id| format!("sqlite-{id}"))
        .disable_statement_logging();
    match purpose {
        Purpose::FeatureReads | Purpose::HostReads => {
            options.read_only(true).busy_timeout(Duration::from_millis(250)).pragma("mmap_size", MAPPED_BYTES)
        }
        Purpose::Writes | Purpose::Migrates => options
            .create_if_missing(true)
            .busy_timeout(if purpose == Purpose::Migrates { MIGRATION_WAIT } else { Duration::ZERO })
            .journal_mode(SqliteJournalMode::Wal)
            .pragma("journal_size_limit", JOURNAL_BYTES)
            .foreign_keys(purpose == Purpose::Writes)
            .synchronous(match synchronous {
                Synchronous::Full => SqliteSynchronous::Full,
                Synchronous::Normal => SqliteSynchronous::Normal,
            }),
    }
}
