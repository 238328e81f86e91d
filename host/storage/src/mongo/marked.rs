//! Which collections of a scope ever held a mark: an event on its way, one that was handled, what is left of a deleted
//! document. Written down before the first and never taken back, so that relay and inbox ask no collection in vain.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use futures::future::try_join_all;
use mongodb::Collection;
use mongodb::bson::{Bson, Document, doc};
use p2p_context::Deadline;

use super::errors::{left, within};
use super::marks::{DELETED, EVENT_ID, HANDLED_ID};
use super::shelf::Shelf;
use crate::ports::documents::DocumentError;

/// One document for each scope. No feature's collection has a dot in its name.
pub const SCOPES: &str = "p2p.marked";
const COLLECTIONS: &str = "collections";

/// How long an inbox believes what was read. Events come to one process at a time: what this one writes down it knows, and
/// another one took over longer ago.
const BELIEVED: Duration = Duration::from_secs(1);

/// What this process knows.
#[derive(Default)]
pub struct Known {
    /// Short names.
    collections: HashSet<String>,
    read: Option<Instant>,
}

impl Shelf {
    /// Those collections, also when another process wrote them down just now.
    pub(super) async fn marked(
        &self,
        deadline: Deadline,
    ) -> Result<Vec<Collection<Document>>, DocumentError> {
        let scope = self.written_down(deadline).await?.unwrap_or_default();
        let names = scope.get_array(COLLECTIONS).map(Vec::as_slice).unwrap_or_default();
        let mut known = self.known_marked();
        known.collections.extend(names.iter().filter_map(Bson::as_str).map(str::to_owned));
        known.read = Some(Instant::now());
        Ok(known.collections.iter().map(|name| self.collection(name)).collect())
    }

    /// The same, as they were a moment ago.
    pub(super) async fn lately_marked(
        &self,
        deadline: Deadline,
    ) -> Result<Vec<Collection<Document>>, DocumentError> {
        {
            let known = self.known_marked();
            if known.read.is_some_and(|read| read.elapsed() < BELIEVED) {
                return Ok(known.collections.iter().map(|name| self.collection(name)).collect());
            }
        }
        self.marked(deadline).await
    }

    /// Writes a collection down before it gets a mark.
    pub(super) async fn mark(&self, collection: &str, deadline: Deadline) -> Result<(), DocumentError> {
        if !self.known_marked().collections.contains(collection) {
            self.write_down(&[collection], deadline).await?;
            self.known_marked().collections.insert(collection.to_owned());
        }
        Ok(())
    }

    /// Looks for marks of a time when they were not written down. Once in the life of a scope.
    pub(super) async fn find_marked(
        &self,
        collections: &[Collection<Document>],
        deadline: Deadline,
    ) -> Result<(), DocumentError> {
        if self.written_down(deadline).await?.is_some() {
            return Ok(());
        }
        let looks = collections.iter().map(|collection| has_marks(collection, deadline));
        let found = try_join_all(looks).await?;
        let marked = collections.iter().zip(found).filter(|(_, found)| *found);
        let names: Vec<&str> = marked.map(|(collection, _)| self.short(collection)).collect();
        self.write_down(&names, deadline).await
    }

    async fn written_down(&self, deadline: Deadline) -> Result<Option<Document>, DocumentError> {
        let scopes = self.scopes();
        let look = scopes.find_one(doc! { "_id": self.feature() }).max_time(left(deadline));
        within(deadline, look.into_future()).await
    }

    async fn write_down(&self, names: &[&str], deadline: Deadline) -> Result<(), DocumentError> {
        let scopes = self.scopes();
        let write = || {
            let add = doc! { "$addToSet": { COLLECTIONS: { "$each": names } } };
            let write = scopes.update_one(doc! { "_id": self.feature() }, add).upsert(true);
            within(deadline, write.into_future())
        };
        match write().await {
            // Somebody else made the document at the same time: now it is there.
            Err(DocumentError::Exists) => write().await.map(drop),
            other => other.map(drop),
        }
    }
}

async fn has_marks(collection: &Collection<Document>, deadline: Deadline) -> Result<bool, DocumentError> {
    let any = doc! { "$or": [
        { EVENT_ID: { "$exists": true } }, { HANDLED_ID: { "$exists": true } }, { DELETED: true },
    ] };
    let look = collection.find_one(any).projection(doc! { "_id": 1 }).max_time(left(deadline));
    Ok(within(deadline, look.into_future()).await?.is_some())
}
