//! Writing a document: read, work out, put back if nobody came between, else once more. Only what changed is sent, so
//! that events which are relayed meanwhile stay relayed.

use std::time::Duration;

use mongodb::Collection;
use mongodb::bson::{Document, doc};
use mongodb::error::Error;
use serde_json::{Map, Value};
use tokio::sync::MutexGuard;

use super::bodies::{to_bson, to_document};
use super::documents::MongoDocuments;
use super::errors::{answered, damaged, of_document, within};
use super::marks::{self, BIRTH, BYTES, DELETED, EVENTS, HANDLED_AT, Kept, MARKS, Marks, VERSION};
use super::pushing::Pushed;
use crate::documents::rules;
use crate::events::{self, HANDLED_KEPT};
use crate::ports::documents::{Change, DocumentError};
use crate::ports::events::Event;
use crate::ports::stores::StoreCall;

/// The longest pause before another attempt; the first ones are shorter.
const PAUSE_MOST: Duration = Duration::from_millis(100);

/// What a write is given.
pub struct Write<'a> {
    pub call: &'a StoreCall,
    pub collection: &'a str,
    pub id: &'a str,
    pub expected: Option<u64>,
    pub events: &'a [Event],
}

/// A write whose turn it is.
pub struct Writer<'a> {
    store: &'a MongoDocuments,
    write: Write<'a>,
    collection: Collection<Document>,
    _turn: Option<MutexGuard<'a, ()>>,
}

impl MongoDocuments {
    /// Waits for the turn to write, and refuses what may not be written at all.
    pub(super) async fn write<'a>(&'a self, write: Write<'a>) -> Result<Writer<'a>, DocumentError> {
        events::check(write.events)?;
        let deadline = write.call.deadline;
        let turn = self.shelf.turn(write.collection, write.id, deadline).await?;
        let collection = self.shelf.made_collection(write.collection, deadline).await?;
        self.shelf.refuse_handled(write.call).await?;
        Ok(Writer { store: self, write, collection, _turn: turn })
    }
}

impl Writer<'_> {
    /// A new document, also in the place of a deleted one whose marks still wait.
    pub async fn insert(self, body: &Value) -> Result<(), DocumentError> {
        let bytes = bytes(body)?;
        let body = members(body)?;
        let marks = self.marks().await?;
        let mut fresh = to_document(body);
        fresh.insert("_id", self.write.id);
        fresh.insert(MARKS, marks::fresh(marks, bytes));
        let insert = self.collection.insert_one(fresh);
        match within(self.write.call.deadline, insert.into_future()).await {
            Err(DocumentError::Exists) => self.revive(body, bytes).await?,
            other => drop(other?),
        }
        self.done();
        Ok(())
    }

    async fn revive(&self, body: &Map<String, Value>, bytes: i64) -> Result<(), DocumentError> {
        let deleted = doc! { "_id": { "$eq": self.write.id }, DELETED: true };
        let mut set = to_document(body);
        set.insert(VERSION, 1_i64);
        set.insert(BYTES, bytes);
        set.insert(BIRTH, marks::uuid(p2p_context::new_uuid()));
        let steps = steps(set, doc! { DELETED: "" }, self.marks().await?);
        if self.put(deleted, steps).await? { Ok(()) } else { Err(DocumentError::Exists) }
    }

    /// The changes, on whatever version is there unless one is expected.
    pub async fn update(self, changes: &[Change]) -> Result<u64, DocumentError> {
        if let Some(pushed) = Pushed::of(changes)
            && let Some(version) = self.push(&pushed).await?
        {
            return number(version);
        }
        let mut attempt = 0;
        loop {
            let kept = self.current(None).await?;
            let after = rules::changed(kept.body.clone(), changes)?;
            let bytes = bytes(&after)?;
            let version = kept.version + 1;
            let (mut set, unset) = difference(members(&kept.body)?, members(&after)?);
            set.insert(VERSION, version);
            set.insert(BYTES, bytes);
            let steps = steps(set, unset, self.marks().await?);
            if self.put(self.same(&kept), steps).await? {
                self.done();
                return number(version);
            }
            attempt = self.once_more(attempt).await?;
        }
    }

    /// The body goes; the document stays as long as it has something to tell.
    pub async fn delete(self) -> Result<(), DocumentError> {
        let mut attempt = 0;
        loop {
            let kept = self.current(None).await?;
            let marks = self.marks().await?;
            let is_gone = if marks.is_empty() && !self.has_to_stay(&kept) {
                self.remove(&kept).await?
            } else {
                let set = doc! { VERSION: kept.version + 1, DELETED: true };
                let unset = members(&kept.body)?.keys().map(|name| (name.clone(), "".into())).collect();
                self.put(self.same(&kept), steps(set, unset, marks)).await?
            };
            if is_gone {
                self.done();
                return Ok(());
            }
            attempt = self.once_more(attempt).await?;
        }
    }

    /// The document as it is now, or only these parts of it, if this write may go on from there.
    pub(super) async fn current(&self, parts: Option<Document>) -> Result<Kept, DocumentError> {
        let write = &self.write;
        let kept = self.store.kept(write.call, write.collection, write.id, parts).await?;
        let kept = kept.ok_or(DocumentError::Missing)?;
        let is_other = write.expected.is_some_and(|expected| i64::try_from(expected) != Ok(kept.version));
        let is_handled = write
            .call
            .handling
            .is_some_and(|event| kept.handled.iter().any(|(handled, _)| *handled == event));
        if is_other || is_handled { Err(DocumentError::Stale) } else { Ok(kept) }
    }

    /// Positions are taken after the document was read: whoever wrote it before had taken theirs by then, so that events
    /// of one document ascend with its versions.
    pub(super) async fn marks(&self) -> Result<Marks, DocumentError> {
        let Write { call, events, .. } = self.write;
        let shelf = &self.store.shelf;
        let now = shelf.clock.now();
        let handled = call.handling.map(|event| marks::handled(event, now));
        if handled.is_some() || !events.is_empty() {
            shelf.mark(self.write.collection, call.deadline).await?;
        }
        if events.is_empty() {
            return Ok(Marks { events: Vec::new(), handled });
        }
        let positions = shelf.companion.positions(events.len(), call.deadline).await?;
        let events = events.iter().zip(positions);
        let events = events.map(|(event, position)| marks::event(event, position, now, &call.origin));
        Ok(Marks { events: events.collect(), handled })
    }

    fn has_to_stay(&self, kept: &Kept) -> bool {
        let forgotten = self.store.shelf.clock.now().minus(HANDLED_KEPT);
        kept.has_events || kept.handled.iter().any(|(_, at)| *at >= forgotten)
    }

    /// The document, as long as nobody has written to it since.
    pub(super) fn same(&self, kept: &Kept) -> Document {
        doc! {
            "_id": { "$eq": self.write.id }, VERSION: kept.version, BIRTH: kept.birth.clone(),
            DELETED: { "$ne": true },
        }
    }

    /// Whether it was put.
    async fn put(&self, which: Document, steps: Document) -> Result<bool, DocumentError> {
        self.put_answered(which, steps).await?.map_err(|error| of_document(&error))
    }

    /// The same, with what the driver said.
    pub(super) async fn put_answered(
        &self,
        which: Document,
        steps: Document,
    ) -> Result<Result<bool, Error>, DocumentError> {
        let update = self.collection.update_one(which, steps);
        let outcome = answered(self.write.call.deadline, update.into_future()).await?;
        Ok(outcome.map(|outcome| outcome.matched_count == 1))
    }

    async fn remove(&self, kept: &Kept) -> Result<bool, DocumentError> {
        let delete = self.collection.delete_one(self.same(kept));
        let outcome = within(self.write.call.deadline, delete.into_future()).await?;
        Ok(outcome.deleted_count == 1)
    }

    /// Somebody in another process was quicker: waits a moment, each time longer and never as long as the next one.
    pub(super) async fn once_more(&self, attempt: u32) -> Result<u32, DocumentError> {
        if self.write.expected.is_some() {
            return Err(DocumentError::Stale);
        }
        let longest = PAUSE_MOST.min(Duration::from_millis(1 << attempt.min(7)));
        let pause = longest.mul_f64(rand::random::<f64>());
        if pause >= self.write.call.deadline.remaining() {
            return Err(DocumentError::Busy);
        }
        tokio::time::sleep(pause).await;
        Ok(attempt + 1)
    }

    pub(super) fn done(&self) {
        if !self.write.events.is_empty() {
            self.store.shelf.written.notify_one();
        }
    }
}

fn number(version: i64) -> Result<u64, DocumentError> {
    u64::try_from(version).map_err(|_| damaged("a version below zero"))
}

/// How long the body is as text, if it is not too long.
fn bytes(body: &Value) -> Result<i64, DocumentError> {
    i64::try_from(rules::text(body)?.len()).map_err(|_| DocumentError::TooLarge)
}

fn members(body: &Value) -> Result<&Map<String, Value>, DocumentError> {
    body.as_object().ok_or_else(|| damaged("a body that is no object"))
}

/// The members that are new or other, and those that are gone.
fn difference(before: &Map<String, Value>, after: &Map<String, Value>) -> (Document, Document) {
    let changed = after.iter().filter(|(name, value)| before.get(*name) != Some(*value));
    let set = changed.map(|(name, value)| (name.clone(), to_bson(value))).collect();
    let gone = before.keys().filter(|name| !after.contains_key(*name));
    (set, gone.map(|name| (name.clone(), "".into())).collect())
}

/// One update out of its parts; the server takes no empty ones.
fn steps(set: Document, unset: Document, marks: Marks) -> Document {
    let parts = [("$set", set), ("$unset", unset), ("$push", marks.pushes())];
    parts
        .into_iter()
        .filter(|(_, part)| !part.is_empty())
        .map(|(name, part)| (name.to_owned(), part.into()))
        .collect()
}

/// Deleted documents that have nothing to tell any more.
pub fn forgotten(before: i64) -> Document {
    doc! {
        DELETED: true, format!("{EVENTS}.0"): { "$exists": false },
        HANDLED_AT: { "$not": { "$gte": before } },
    }
}
