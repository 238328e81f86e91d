//! The collections of one scope: their names, which of them there are, who writes to which document right now.

use std::collections::HashSet;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use mongodb::bson::{Document, doc};
use mongodb::{Collection, Database};
use p2p_context::{Clock, Deadline, FeatureName};
use tokio::sync::Notify;

use super::errors::within;
use super::handled::Companion;
use super::indexes;
use super::marked::{self, SCOPES};
use crate::ports::documents::DocumentError;

/// Documents that may be written at the same time. Those that share a place wait for each other without need.
const PLACES: usize = 256;

/// How often deleted documents are looked for that have nothing to tell any more, though no event was taken out.
const SWEEP: Duration = Duration::from_secs(60);

/// What all handles of a scope share.
pub struct Shelf {
    database: Database,
    prefix: String,
    pub(super) companion: Arc<dyn Companion>,
    pub(super) clock: Arc<dyn Clock>,
    /// Told when events were left behind.
    pub(super) written: Notify,
    known: Mutex<Known>,
    marked: Mutex<marked::Known>,
    places: Vec<tokio::sync::Mutex<()>>,
}

#[derive(Default)]
struct Known {
    /// Full names of the collections that have their indexes.
    names: HashSet<String>,
    swept: Option<Instant>,
}

impl Shelf {
    pub(super) fn new(
        database: Database,
        feature: &FeatureName,
        companion: Arc<dyn Companion>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            database,
            // A feature's name has no `_`, so that no feature's prefix begins another's collections.
            prefix: format!("{feature}_"),
            companion,
            clock,
            written: Notify::new(),
            known: Mutex::default(),
            marked: Mutex::default(),
            places: std::iter::repeat_with(Default::default).take(PLACES).collect(),
        }
    }

    /// A collection to read from.
    pub(super) fn collection(&self, name: &str) -> Collection<Document> {
        self.database.collection(&format!("{}{name}", self.prefix))
    }

    /// A collection to write to, made with the indexes of the outbox when this process first writes there.
    pub(super) async fn made_collection(
        &self,
        name: &str,
        deadline: Deadline,
    ) -> Result<Collection<Document>, DocumentError> {
        let collection = self.collection(name);
        if !self.known().names.contains(collection.name()) {
            indexes::make_own(&collection, deadline).await?;
            self.known().names.insert(collection.name().to_owned());
        }
        Ok(collection)
    }

    /// Every collection of the scope, also those of other processes.
    pub(super) async fn collections(
        &self,
        deadline: Deadline,
    ) -> Result<Vec<Collection<Document>>, DocumentError> {
        let begins = doc! { "name": { "$regex": format!("^{}", self.prefix) } };
        let list = self.database.list_collection_names().filter(begins);
        let names = within(deadline, list.into_future()).await?;
        let own = names.iter().filter(|name| name.starts_with(&self.prefix));
        Ok(own.map(|name| self.database.collection(name)).collect())
    }

    /// The name that the feature knows a collection by.
    pub(super) fn short<'a>(&self, collection: &'a Collection<Document>) -> &'a str {
        collection.name().strip_prefix(&self.prefix).unwrap_or_default()
    }

    /// Where marked collections are written down.
    pub(super) fn scopes(&self) -> Collection<Document> {
        self.database.collection(SCOPES)
    }

    /// What a scope is called there.
    pub(super) fn feature(&self) -> &str {
        self.prefix.trim_end_matches('_')
    }

    /// What this process knows of marked collections.
    pub(super) fn known_marked(&self) -> MutexGuard<'_, marked::Known> {
        self.marked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it is time to look for what can be forgotten; whoever asks is the one who looks.
    pub(super) fn is_sweep_due(&self) -> bool {
        let mut known = self.known();
        let due = known.swept.is_none_or(|swept| swept.elapsed() >= SWEEP);
        if due {
            known.swept = Some(Instant::now());
        }
        due
    }

    /// Waits for the turn to write to a document. Within one process writers stand in line instead of disturbing each
    /// other; between processes the version decides.
    pub(super) async fn turn(
        &self,
        collection: &str,
        id: &str,
        deadline: Deadline,
    ) -> Result<Option<tokio::sync::MutexGuard<'_, ()>>, DocumentError> {
        let mut hasher = DefaultHasher::new();
        (collection, id).hash(&mut hasher);
        let place = usize::try_from(hasher.finish() % PLACES as u64).unwrap_or_default();
        let Some(place) = self.places.get(place) else { return Ok(None) };
        match tokio::time::timeout_at(deadline.instant().into(), place.lock()).await {
            Ok(turn) => Ok(Some(turn)),
            Err(_) => Err(DocumentError::Busy),
        }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Shelf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shelf").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}
