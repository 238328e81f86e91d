//! The connection to MongoDB: what its URL leaves open, and how names of ours become names there.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use mongodb::bson::doc;
use mongodb::options::{Acknowledgment, ClientOptions, ReadConcern, WriteConcern};
use mongodb::{Client, Database};
use p2p_context::{Clock, Deadline, Scope};

use super::errors::{of_opening, within};
use super::handled::Companion;
use super::indexes;
use super::shelf::Shelf;
use crate::ports::migrations::Collection;
use crate::ports::stores::OpenError;

/// How long an operation looks for a server that takes it, before it says that there is none.
const SELECTION: Duration = Duration::from_secs(2);

/// How long a connection may take to come up.
const CONNECT: Duration = Duration::from_secs(2);

/// Connections of one process; callers wait for one until their deadlines.
const POOL: u32 = 32;

/// An idle connection is closed after this.
const IDLE: Duration = Duration::from_secs(60);

/// A cluster or a single server, connected to when first used and again whenever that is needed.
#[derive(Clone)]
pub struct MongoServer {
    client: Client,
    prefix: String,
}

impl MongoServer {
    /// The server of a `mongodb://` URL. What the URL says is kept; else every write waits for a majority and its
    /// journal. Databases are named `<prefix>_<tenant>`.
    pub async fn new(url: &str, prefix: &str) -> Result<Self, OpenError> {
        let mut options = ClientOptions::parse(url).await.map_err(|error| of_opening(&error))?;
        options.app_name.get_or_insert_with(|| "p2p".to_owned());
        options.server_selection_timeout.get_or_insert(SELECTION);
        options.connect_timeout.get_or_insert(CONNECT);
        options.max_pool_size.get_or_insert(POOL);
        options.max_idle_time.get_or_insert(IDLE);
        let concern = options.write_concern.get_or_insert_default();
        complete(concern);
        options.read_concern.get_or_insert_with(ReadConcern::majority);
        let client = Client::with_options(options).map_err(|error| of_opening(&error))?;
        Ok(Self { client, prefix: prefix.to_owned() })
    }

    /// The collections of a scope, with the indexes they ask for.
    pub async fn open(
        &self,
        scope: &Scope,
        collections: &[Collection],
        companion: Arc<dyn Companion>,
        clock: Arc<dyn Clock>,
        deadline: Deadline,
    ) -> Result<Shelf, OpenError> {
        let shelf = Shelf::new(self.database(scope), &scope.feature, companion, clock);
        indexes::bring_up(&shelf, collections, deadline).await.map_err(|error| of_opening(&error))?;
        Ok(shelf)
    }

    /// Whether the server can be reached and takes writes.
    pub async fn check(&self, deadline: Deadline) -> Result<(), OpenError> {
        // No tenant's: theirs have a `_` behind the prefix.
        let probe = self.client.database(&format!("{}-check", self.prefix));
        let probe = probe.collection::<mongodb::bson::Document>("check");
        let write = probe.update_one(doc! { "_id": "check" }, doc! { "$inc": { "n": 1_i64 } }).upsert(true);
        within(deadline, write.into_future()).await.map_err(|error| of_opening(&error))?;
        Ok(())
    }

    /// Closes the connections; for the end of a process.
    pub async fn close(self) {
        self.client.shutdown().await;
    }

    fn database(&self, scope: &Scope) -> Database {
        self.client.database(&format!("{}_{}", self.prefix, scope.tenant))
    }
}

impl fmt::Debug for MongoServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MongoServer").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}

fn complete(concern: &mut WriteConcern) {
    concern.w.get_or_insert(Acknowledgment::Majority);
    // A majority that keeps it in memory only is not asked for; whoever wants that says `journal=false`.
    concern.journal.get_or_insert(true);
}
