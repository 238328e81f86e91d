//! One connection and who it speaks for. Holds its room among all connections for as long as it is open.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use p2p_context::Deadline;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions as _, Connection as _, Row as _};
use tokio::runtime::Handle;

use super::errors::{After, Fault};
use super::pools::Room;
use crate::ports::sql::SqlError;

/// How long a farewell may take.
const FAREWELL: Duration = Duration::from_secs(2);

/// Longest wait for a server that takes a connection and then says nothing.
const GREETING: Duration = Duration::from_secs(10);

/// Whom a connection speaks for. Connections are lent only to their own login.
#[derive(Debug)]
pub struct Login {
    options: PgConnectOptions,
    /// Counts migrations: connections of before know tables that have changed.
    generation: AtomicU64,
}

impl Login {
    /// Connects nowhere yet.
    pub fn new(options: PgConnectOptions) -> Arc<Self> {
        Arc::new(Self { options, generation: AtomicU64::new(0) })
    }

    /// Connections that are open now are not lent again.
    pub fn renew(&self) {
        self.generation.fetch_add(1, Ordering::AcqRel);
    }

    /// How often it was renewed.
    pub fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }
}

/// Which session of the server it is. A number alone would be another session's one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Session {
    /// The server's process.
    pub pid: i32,
    /// When it began.
    pub began: i64,
}

/// An open connection.
#[derive(Debug)]
pub struct Connection {
    /// The connection itself.
    pub sqlx: PgConnection,
    /// What the server calls it.
    pub session: Session,
    login: Arc<Login>,
    generation: u64,
    room: Room,
}

impl Connection {
    /// Opens one until the deadline.
    pub async fn open(login: &Arc<Login>, room: Room, deadline: Deadline) -> Result<Self, SqlError> {
        let generation = login.generation();
        let opened = within(deadline.min(Deadline::after(GREETING)), greet(&login.options)).await?;
        let (sqlx, session) = opened.map_err(|fault| unavailable(fault.error))?;
        Ok(Self { sqlx, session, login: Arc::clone(login), generation, room })
    }

    /// Whether it may be lent to this login.
    pub fn serves(&self, login: &Arc<Login>) -> bool {
        Arc::ptr_eq(&self.login, login)
    }

    /// Whether the tables that it knows have changed since.
    pub fn is_outdated(&self) -> bool {
        self.generation != self.login.generation()
    }

    /// Says farewell in the background; its room can be taken at once.
    pub fn retire(self) -> Room {
        let sqlx = self.sqlx;
        tokio::spawn(async move {
            // A server that does not listen closes it by itself.
            let _ = tokio::time::timeout(FAREWELL, sqlx.close()).await;
        });
        self.room
    }
}

/// A time over is a server that is away, here: nothing was asked of it yet.
async fn within<T>(deadline: Deadline, work: impl Future<Output = T>) -> Result<T, SqlError> {
    tokio::time::timeout_at(deadline.instant().into(), work)
        .await
        .map_err(|_| SqlError::Unavailable("the database does not answer".to_owned()))
}

/// Connects. Elsewhere than among the executor's tasks: to prove a password gives way to them hundreds of times, which
/// among a thousand busy ones takes longer than a call may.
pub async fn connect(options: &PgConnectOptions) -> Result<PgConnection, sqlx::Error> {
    let (options, executor) = (options.clone(), Handle::current());
    let connecting = tokio::task::spawn_blocking(move || {
        executor.block_on(async { tokio::time::timeout(GREETING, options.connect()).await })
    });
    match connecting.await {
        Ok(Ok(connected)) => connected,
        Ok(Err(_)) | Err(_) => Err(sqlx::Error::Io(io::ErrorKind::TimedOut.into())),
    }
}

/// Connects, and asks which session it is.
pub async fn greet(options: &PgConnectOptions) -> Result<(PgConnection, Session), Fault> {
    let mut sqlx = connect(options).await?;
    let text = "SELECT pid, (extract(epoch FROM backend_start) * 1000000)::bigint \
                FROM pg_catalog.pg_stat_activity WHERE pid = pg_catalog.pg_backend_pid()";
    let row = sqlx::query(text).fetch_one(&mut sqlx).await?;
    Ok((sqlx, Session { pid: row.try_get(0)?, began: row.try_get(1)? }))
}

/// Whatever keeps us from speaking at all.
fn unavailable(error: SqlError) -> SqlError {
    match error {
        SqlError::Unavailable(_) | SqlError::Timeout => error,
        other => SqlError::Unavailable(other.to_string()),
    }
}

impl After {
    /// Whether the connection can be lent again.
    pub fn can_serve(self) -> bool {
        matches!(self, Self::Well | Self::Crossed)
    }
}
