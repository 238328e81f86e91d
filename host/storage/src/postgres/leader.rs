//! Who does the work that one process alone may do for a tenant: whoever holds the database's lock of that name. All locks
//! of this process are held by one session, and are lost together when it is.

use std::sync::Arc;
use std::time::Duration;

use p2p_context::TenantId;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{Connection as _, Row as _};
use tokio::sync::{Mutex, watch};

use super::Address;
use super::connection::connect;
use super::names::lock;

/// Between two tries to become the one, and two looks whether the session is still there.
const LOOK: Duration = Duration::from_secs(1);

/// A server that does not answer within this is away.
const PATIENCE: Duration = Duration::from_secs(5);

/// The server ends our session when it hears nothing for so long: we stand still, or the way to it is cut. Longer than
/// the time in which we notice that ourselves, so that no two lead at once.
const SILENCE: &str = "15s";

/// See the module.
pub struct Leader {
    options: PgConnectOptions,
    session: Arc<Mutex<Option<Session>>>,
}

struct Session {
    connection: PgConnection,
    /// Closed when the session is gone.
    alive: watch::Sender<()>,
}

impl Leader {
    /// Connects nowhere yet.
    pub fn new(address: &Address) -> Self {
        let settings = [("search_path", "pg_catalog"), ("idle_session_timeout", SILENCE)];
        let options = address.as_ourselves("p2p-leader", &settings);
        Self { options, session: Arc::default() }
    }

    /// Waits until this process leads the tenant's work; answers what closes when it does no more.
    pub async fn lead(&self, tenant: &TenantId) -> watch::Receiver<()> {
        let key = lock(&format!("lead\n{tenant}"));
        let mut has_complained = false;
        loop {
            match tokio::time::timeout(PATIENCE, self.try_lead(key)).await {
                Ok(Ok(Some(lost))) => return lost,
                Ok(Ok(None)) => {}
                Ok(Err(error)) if has_complained => tracing::debug!(%tenant, %error, "still nobody leads"),
                Ok(Err(error)) => {
                    has_complained = true;
                    tracing::warn!(%tenant, %error, "cannot ask who leads the tenant's jobs; asking on");
                }
                Err(_) => tracing::debug!(%tenant, "the database does not say who leads"),
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    async fn try_lead(&self, key: i64) -> Result<Option<watch::Receiver<()>>, sqlx::Error> {
        let mut slot = self.session.lock().await;
        if slot.is_none() {
            let connection = connect(&self.options).await?;
            let (alive, _) = watch::channel(());
            *slot = Some(Session { connection, alive });
            tokio::spawn(watch_over(Arc::clone(&self.session)));
        }
        let Some(session) = slot.as_mut() else { return Ok(None) };
        let query = sqlx::query("SELECT pg_try_advisory_lock($1)").bind(key);
        match query.fetch_one(&mut session.connection).await.and_then(|row| row.try_get(0)) {
            Ok(true) => Ok(Some(session.alive.subscribe())),
            Ok(false) => Ok(None),
            Err(error) => {
                *slot = None;
                Err(error)
            }
        }
    }
}

/// Looks after the session until it is gone.
async fn watch_over(session: Arc<Mutex<Option<Session>>>) {
    loop {
        tokio::time::sleep(LOOK).await;
        // Nobody leads any more: the process is ending.
        if Arc::strong_count(&session) == 1 {
            return;
        }
        let mut slot = session.lock().await;
        let Some(current) = slot.as_mut() else { return };
        let ping = tokio::time::timeout(PATIENCE, current.connection.ping()).await;
        if !matches!(ping, Ok(Ok(()))) {
            tracing::warn!("the database's session for leading jobs is lost");
            *slot = None;
            return;
        }
    }
}

impl std::fmt::Debug for Leader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Leader").finish_non_exhaustive()
    }
}
