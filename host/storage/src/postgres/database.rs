//! One scope's part of the database: its names, its role's connections, its events' bell.

use std::fmt;
use std::sync::Arc;

use p2p_context::{Deadline, Scope, Timestamp};
use tokio::sync::Notify;
use uuid::Uuid;

use super::connection::Login;
use super::names::Names;
use super::transaction::Transaction;
use super::{IDLE_TRANSACTION, LAST_RESORT, LOCK_WAIT, Server, damaged, documents, migrate, outbox};
use crate::packed::{Params, RowReader};
use crate::ports::migrations::{Collection, Migrations};
use crate::ports::sql::{Rows, SqlError};
use crate::ports::stores::{OpenError, StoreLimits};

/// One scope's part of the database.
pub struct Database {
    pub(super) server: Arc<Server>,
    pub(super) names: Names,
    pub(super) feature: Arc<Login>,
    pub(super) token: [u8; 32],
    events_written: Notify,
}

impl Database {
    /// Opens nothing yet.
    pub(super) fn new(server: &Arc<Server>, names: Names) -> Self {
        let settings = [
            ("search_path", names.schema.as_str()),
            ("default_transaction_read_only", "on"),
            ("standard_conforming_strings", "on"),
            LAST_RESORT,
            LOCK_WAIT,
            IDLE_TRANSACTION,
        ];
        let password = server.secret.password(&names.feature);
        let login = server.address.as_role(&names.feature, &password, &names.schema, &settings);
        let token = server.secret.token(&names.schema);
        let server = Arc::clone(server);
        Self { server, feature: Login::new(login), token, names, events_written: Notify::new() }
    }

    /// Brings its tables to these migrations. Connections that know the tables of before are not used again.
    pub async fn upgrade(&self, scope: &Scope, migrations: &Migrations) -> Result<(), OpenError> {
        if migrate::bring_up(&self.server, &self.names, scope, migrations).await? {
            self.feature.renew();
        }
        Ok(())
    }

    /// Brings the indexes of its documents to these collections.
    pub async fn lay_indexes(&self, collections: &[Collection]) -> Result<(), OpenError> {
        documents::indexes::lay(&self.server, &self.names, collections).await
    }

    /// The time now.
    pub fn now(&self) -> Timestamp {
        self.server.clock.now()
    }

    /// This room's text with the schema's name where it says `{schema}`.
    pub(super) fn text(&self, text: &str) -> String {
        text.replace("{schema}", &self.names.schema)
    }

    /// Reads for this room, which sees all tables.
    pub async fn host_rows(
        &self,
        deadline: Deadline,
        text: &str,
        params: Params,
        limits: StoreLimits,
    ) -> Result<Rows, SqlError> {
        self.server.rows(deadline, &self.text(text), params, limits).await
    }

    /// Begins a write of this room's own.
    pub async fn begin_host(&self, deadline: Deadline) -> Result<Transaction<'_>, SqlError> {
        Transaction::begin(self, &self.server.host, deadline).await
    }

    /// Begins a write in the feature's name.
    pub async fn begin_feature(&self, deadline: Deadline) -> Result<Transaction<'_>, SqlError> {
        Transaction::begin(self, &self.feature, deadline).await
    }

    /// Fresh positions of events, ascending, for stores that keep events elsewhere and want them in one order with these.
    pub async fn next_positions(&self, count: usize, deadline: Deadline) -> Result<Vec<i64>, SqlError> {
        let text = "SELECT nextval('{schema}.p2p_positions') FROM generate_series(1, $1::bigint)";
        let params = Params::new().s64(i64::try_from(count).unwrap_or(i64::MAX));
        let limits = StoreLimits { rows: u32::MAX, ..StoreLimits::default() };
        let rows = self.host_rows(deadline, text, params, limits).await?;
        let mut reader = RowReader::new(&rows).map_err(|_| damaged())?;
        let mut positions = Vec::with_capacity(count);
        while reader.advance() {
            positions.push(reader.s64().map_err(|_| damaged())?);
        }
        Ok(positions)
    }

    /// Whether it was recorded here that the event was handled.
    pub async fn is_handled(&self, event: Uuid, deadline: Deadline) -> Result<bool, SqlError> {
        let params = Params::new().uuid(event);
        let rows = self.host_rows(deadline, outbox::IS_HANDLED, params, StoreLimits::default()).await?;
        Ok(rows.count == 1)
    }

    /// Tells whoever waits that events may have been left behind.
    pub fn ring(&self) {
        self.events_written.notify_one();
    }

    /// Resolves when events may have been left behind since the last call.
    pub async fn events_written(&self) {
        self.events_written.notified().await;
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Database").field("names", &self.names).finish_non_exhaustive()
    }
}
