//! One PostgreSQL database for all scopes: a schema and two roles per scope. A feature's statements run as its own role,
//! this room's as the user of `DATABASE_URL`. What a role may touch is PostgreSQL's judgement; nothing here knows what a
//! feature keeps.

mod address;
mod connection;
mod database;
pub mod documents;
mod enders;
mod errors;
mod kinds;
mod leader;
mod lease;
mod migrate;
mod migration_text;
mod names;
mod numeric;
mod outbox;
mod params;
mod pools;
mod rows;
mod scanner;
mod scram;
mod setup;
mod shape;
mod statement;
mod store;
mod tables;
mod transaction;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use p2p_context::{Clock, Deadline, Scope};

pub use address::{Address, BadAddress};
pub use database::Database;
pub use documents::PgDocuments;
pub use leader::Leader;
pub use names::DatabaseSecret;
#[cfg(feature = "conformance")]
pub use names::{role_mark, schema_of};
pub use outbox::PgOutbox;
pub use store::PgStore;

use crate::packed::Params;
use crate::ports::sql::{Rows, SqlError};
use crate::ports::stores::{OpenError, StoreLimits};
use connection::Login;
use enders::Enders;
use errors::Fault;
use names::Names;
use pools::Pools;
use shape::Shape;

/// Distinct texts of this room that are remembered. Searches of documents are of many forms.
const REMEMBERED: usize = 2048;

/// A database server as all scopes share it.
pub struct Server {
    address: Address,
    secret: DatabaseSecret,
    pools: Arc<Pools>,
    host: Arc<Login>,
    shapes: Mutex<HashMap<Arc<str>, Arc<Shape>>>,
    clock: Arc<dyn Clock>,
}

impl Server {
    /// Connects nowhere yet.
    pub fn new(
        address: Address,
        secret: DatabaseSecret,
        connections: u32,
        clock: Arc<dyn Clock>,
    ) -> Arc<Self> {
        // Nothing of a feature's stands in the search path of a statement that is not a feature's.
        let ours = |name| address.as_ourselves(name, &[SEARCH_NOTHING, LOCK_WAIT, IDLE_TRANSACTION]);
        let (host, control) = (ours("p2p"), ours("p2p-control"));
        Arc::new(Self {
            pools: Pools::new(connections, Enders::new(control)),
            host: Login::new(host),
            address,
            secret,
            shapes: Mutex::default(),
            clock,
        })
    }

    /// What belongs to a scope, with this room's own part of it up to date.
    pub async fn open(self: &Arc<Self>, scope: &Scope) -> Result<Arc<Database>, OpenError> {
        let names = Names::of(scope, self.address.database());
        setup::bring_up(self, &names).await?;
        Ok(Arc::new(Database::new(self, names)))
    }

    /// Whether the database can be reached and written.
    pub async fn check(&self, deadline: Deadline) -> Result<(), SqlError> {
        let text = "SELECT pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on'";
        let rows = self.rows(deadline, text, Params::new(), StoreLimits::default()).await?;
        let mut reader = crate::packed::RowReader::new(&rows).map_err(|_| damaged())?;
        match reader.advance() && reader.bool().map_err(|_| damaged())? {
            true => Err(SqlError::Unavailable(
                "the database takes no writes: it is a standby or read-only".to_owned(),
            )),
            false => Ok(()),
        }
    }

    /// The address, for people.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Reads for this room, as the user of `DATABASE_URL`.
    pub async fn rows(
        &self,
        deadline: Deadline,
        text: &str,
        params: Params,
        limits: StoreLimits,
    ) -> Result<Rows, SqlError> {
        let params = params.finish();
        let again = match self.rows_once(deadline, text, &params, limits).await {
            Err((_, true)) => self.rows_once(deadline, text, &params, limits).await,
            outcome => outcome,
        };
        again.map_err(|(error, _)| error)
    }

    /// The failure, and whether another connection could do better.
    async fn rows_once(
        &self,
        deadline: Deadline,
        text: &str,
        params: &[u8],
        limits: StoreLimits,
    ) -> Result<Rows, (SqlError, bool)> {
        let mut lease = self.pools.lend(&self.host, deadline).await.map_err(|error| (error, false))?;
        let work = async {
            let shape = self.shape(&mut lease, text).await?;
            let arguments = params::arguments(params, &shape.places).map_err(Fault::refused)?;
            lease.fetch(&shape, arguments, true, limits).await
        };
        match tokio::time::timeout_at(deadline.instant().into(), work).await {
            Ok(Ok(rows)) => {
                lease.settle();
                Ok(rows)
            }
            Ok(Err(fault)) => {
                self.forget_shape(text);
                Err((fault.error, lease.settle_after(fault.connection)))
            }
            Err(_) => Err((SqlError::Timeout, false)),
        }
    }

    /// What this room's own text takes and answers.
    async fn shape(&self, lease: &mut lease::Lease, text: &str) -> Result<Arc<Shape>, Fault> {
        if let Some(shape) = self.shapes.lock().unwrap_or_else(PoisonError::into_inner).get(text) {
            return Ok(Arc::clone(shape));
        }
        let sql: Arc<str> = text.into();
        let prepared = lease.prepare(&sql).await?;
        let shape = Arc::new(Shape::plain(&prepared, &sql).map_err(Fault::refused)?);
        let mut shapes = self.shapes.lock().unwrap_or_else(PoisonError::into_inner);
        if shapes.len() >= REMEMBERED {
            shapes.clear();
        }
        shapes.insert(sql, Arc::clone(&shape));
        Ok(shape)
    }

    fn forget_shape(&self, text: &str) {
        self.shapes.lock().unwrap_or_else(PoisonError::into_inner).remove(text);
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("address", &self.address)
            .field("pools", &self.pools)
            .finish_non_exhaustive()
    }
}

const SEARCH_NOTHING: (&str, &str) = ("search_path", "pg_catalog");
const LOCK_WAIT: (&str, &str) = ("lock_timeout", "10s");
/// A host that was stopped half-way holds nobody up for longer.
const IDLE_TRANSACTION: (&str, &str) = ("idle_in_transaction_session_timeout", "15s");
/// Where no call's own deadline does it before, because the host is gone.
const LAST_RESORT: (&str, &str) = ("statement_timeout", "60s");

fn damaged() -> SqlError {
    SqlError::Unavailable("the database answered something else".to_owned())
}
