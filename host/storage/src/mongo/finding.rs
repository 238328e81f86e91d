//! Reading documents: one by its id, or a page of a search. Every document that is found is looked at again with the
//! port's own comparisons.

use futures::TryStreamExt as _;
use mongodb::bson::{Document as Bson, doc};
use serde_json::Value;

use super::documents::MongoDocuments;
use super::errors::{damaged, left, within};
use super::filters::{self, Compiled};
use super::marks::{self, DELETED, EVENTS, HANDLED, Kept};
use crate::documents::compare::is_found;
use crate::documents::rules;
use crate::ports::documents::{Document, DocumentError, Search};
use crate::ports::stores::StoreCall;

impl MongoDocuments {
    /// A document with all its marks, if it was not deleted.
    pub(super) async fn kept(
        &self,
        call: &StoreCall,
        collection: &str,
        id: &str,
    ) -> Result<Option<Kept>, DocumentError> {
        let wanted = doc! { "_id": { "$eq": id }, DELETED: { "$ne": true } };
        let look = self.shelf.collection(collection);
        let look = look.find_one(wanted).max_time(left(call.deadline));
        within(call.deadline, look.into_future()).await?.map(marks::read).transpose()
    }

    /// A page of a search that was checked.
    pub(super) async fn page(
        &self,
        call: &StoreCall,
        collection: &str,
        search: &Search,
    ) -> Result<Vec<Document>, DocumentError> {
        let Compiled { filter, sort, exact } = filters::compile(search)?;
        let collection = self.shelf.collection(collection);
        let mut look = collection
            .find(filter)
            .sort(sort)
            .projection(doc! { EVENTS: 0, HANDLED: 0 })
            .batch_size(search.limit)
            .max_time(left(call.deadline));
        if exact {
            look = look.limit(i64::from(search.limit));
        }
        let mut cursor = within(call.deadline, look.into_future()).await?;
        let mut page = Page { found: Vec::new(), bytes: 0 };
        while page.found.len() < search.limit as usize
            && let Some(document) = within(call.deadline, cursor.try_next()).await?
        {
            page.add(document, search)?;
            if page.bytes > self.limits.bytes || page.found.len() > self.limits.rows as usize {
                return Err(DocumentError::TooLarge);
            }
        }
        Ok(page.found)
    }
}

struct Page {
    found: Vec<Document>,
    bytes: usize,
}

impl Page {
    fn add(&mut self, kept: Bson, search: &Search) -> Result<(), DocumentError> {
        let id = kept.get_str("_id").map_err(|_| damaged("an id that is no text"))?.to_owned();
        let kept = marks::read(kept)?;
        if is_found(&kept.body, &id, search)? {
            let document = document(id, kept.version, &kept.body)?;
            self.bytes += document.id.len() + document.body.len();
            self.found.push(document);
        }
        Ok(())
    }
}

/// As the port hands it out.
pub fn document(id: String, version: i64, body: &Value) -> Result<Document, DocumentError> {
    let version = u64::try_from(version).map_err(|_| damaged("a version below zero"))?;
    Ok(Document { id, version, body: rules::text(body)?.into_bytes() })
}
