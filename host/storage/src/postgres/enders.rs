//! Ends sessions whose callers went away while something ran: over a connection of its own, so that it never waits for
//! one of those it is to end.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use sqlx::Executor as _;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::connection::{Connection, Session, connect};

/// How long one round may take. Then the connections are closed all the same.
const PATIENCE: Duration = Duration::from_secs(2);

/// Sessions ended with one statement.
const AT_ONCE: usize = 64;

/// The connection goes when nothing was to be ended for so long.
const IDLE: Duration = Duration::from_secs(60);

const END: &str = "SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity \
    WHERE pid = $1 AND (extract(epoch FROM backend_start) * 1000000)::bigint = $2";

/// See the module.
pub struct Enders {
    options: PgConnectOptions,
    queue: OnceLock<UnboundedSender<Connection>>,
}

impl Enders {
    /// Connects nowhere yet.
    pub fn new(options: PgConnectOptions) -> Self {
        Self { options, queue: OnceLock::new() }
    }

    /// Ends a connection's session. Its room is free once that is done, or could not be.
    pub fn end(&self, connection: Connection) {
        // Without a runtime the process is on its way out, and the server sees the socket close.
        if tokio::runtime::Handle::try_current().is_err() {
            return;
        }
        let queue = self.queue.get_or_init(|| {
            let (queue, doomed) = unbounded_channel();
            tokio::spawn(work(self.options.clone(), doomed));
            queue
        });
        // The worker lives as long as the queue; should it be gone, dropping the connection is all there is to do.
        let _ = queue.send(connection);
    }
}

async fn work(options: PgConnectOptions, mut doomed: UnboundedReceiver<Connection>) {
    let mut control = None;
    loop {
        let mut some = Vec::with_capacity(AT_ONCE);
        match tokio::time::timeout(IDLE, doomed.recv_many(&mut some, AT_ONCE)).await {
            Ok(0) => return,
            Ok(_) => {}
            Err(_) => {
                control = None;
                continue;
            }
        }
        let sessions: Arc<[Session]> = some.iter().map(|connection| connection.session).collect();
        let ending = tokio::time::timeout(PATIENCE, end_all(&options, &mut control, &sessions));
        if !matches!(ending.await, Ok(Ok(()))) {
            control = None;
            tracing::debug!(sessions = sessions.len(), "sessions are left to end by themselves");
        }
    }
}

async fn end_all(
    options: &PgConnectOptions,
    control: &mut Option<PgConnection>,
    sessions: &[Session],
) -> Result<(), sqlx::Error> {
    let fresh = control.is_none();
    let outcome = end_over(options, control, sessions).await;
    match outcome {
        // It may have died while it idled.
        Err(_) if !fresh => {
            *control = None;
            end_over(options, control, sessions).await
        }
        outcome => outcome,
    }
}

async fn end_over(
    options: &PgConnectOptions,
    control: &mut Option<PgConnection>,
    sessions: &[Session],
) -> Result<(), sqlx::Error> {
    let connection = match control {
        Some(connection) => connection,
        None => control.insert(connect(options).await?),
    };
    for Session { pid, began } in sessions {
        connection.execute(sqlx::query(END).bind(*pid).bind(*began)).await?;
    }
    Ok(())
}
