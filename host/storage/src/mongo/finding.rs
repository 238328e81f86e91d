//! Reading documents: one by its id, or a page of a search. Where the server's filter may find more than what is asked
//! for, a document is looked at again with the port's own comparisons.

use futures::TryStreamExt as _;
use mongodb::Collection;
use mongodb::bson::{Document as Bson, RawDocumentBuf, doc};

use super::documents::MongoDocuments;
use super::errors::{damaged, left, within};
use super::filters::{self, Compiled};
use super::marks::{self, DELETED, EVENTS, HANDLED, Kept};
use super::raw;
use crate::documents::compare::is_found;
use crate::ports::documents::{Document, DocumentError, Search};
use crate::ports::stores::StoreCall;

impl MongoDocuments {
    /// A document with all its marks, or only these parts of it, if it was not deleted.
    pub(super) async fn kept(
        &self,
        call: &StoreCall,
        collection: &str,
        id: &str,
        parts: Option<Bson>,
    ) -> Result<Option<Kept>, DocumentError> {
        let wanted = doc! { "_id": { "$eq": id }, DELETED: { "$ne": true } };
        let look = self.shelf.collection(collection);
        let mut look = look.find_one(wanted).max_time(left(call.deadline));
        if let Some(parts) = parts {
            look = look.projection(parts);
        }
        within(call.deadline, look.into_future()).await?.map(marks::read).transpose()
    }

    /// A document as it is handed out, if it was not deleted.
    pub(super) async fn one(
        &self,
        call: &StoreCall,
        collection: &str,
        id: &str,
    ) -> Result<Option<Document>, DocumentError> {
        let wanted = doc! { "_id": { "$eq": id }, DELETED: { "$ne": true } };
        let look = self.raw(collection);
        let look = look.find_one(wanted).projection(shown()).max_time(left(call.deadline));
        let found = within(call.deadline, look.into_future()).await?;
        found.map(|found| raw::read(&found)).transpose()
    }

    /// A page of a search that was checked.
    pub(super) async fn page(
        &self,
        call: &StoreCall,
        collection: &str,
        search: &Search,
    ) -> Result<Vec<Document>, DocumentError> {
        let wanted = filters::compile(search)?;
        if wanted.exact {
            let (page, others) = self.pass(call, collection, search, &wanted, true).await?;
            // An array on a path is rare: only then others may stand behind what was looked at.
            if others == 0 || page.len() + others < search.limit as usize {
                return Ok(page);
            }
        }
        self.pass(call, collection, search, &wanted, false).await.map(|(page, _)| page)
    }

    /// Looks through what the filter finds, `exact`ly as much as the page may hold or as much as it takes. Answers the
    /// page, and how many were found that are not meant.
    async fn pass(
        &self,
        call: &StoreCall,
        collection: &str,
        search: &Search,
        wanted: &Compiled,
        exact: bool,
    ) -> Result<(Vec<Document>, usize), DocumentError> {
        let collection = self.raw(collection);
        let mut look = collection
            .find(wanted.filter.clone())
            .sort(wanted.sort.clone())
            .projection(shown())
            .batch_size(search.limit)
            .max_time(left(call.deadline));
        if exact {
            look = look.limit(i64::from(search.limit));
        }
        let mut cursor = within(call.deadline, look.into_future()).await?;
        let mut page = Page { found: Vec::new(), bytes: 0 };
        let mut others = 0;
        while page.found.len() < search.limit as usize
            && let Some(kept) = within(call.deadline, cursor.try_next()).await?
        {
            let found = raw::read(&kept)?;
            let is_array_on = |path: &String| raw::is_array_on(&kept, path);
            let is_meant =
                if exact { !wanted.paths.iter().any(is_array_on) } else { is_meant(&found, search)? };
            if is_meant {
                page.add(found);
            } else {
                others += 1;
            }
            if page.bytes > self.limits.bytes || page.found.len() > self.limits.rows as usize {
                return Err(DocumentError::TooLarge);
            }
        }
        Ok((page.found, others))
    }

    fn raw(&self, collection: &str) -> Collection<RawDocumentBuf> {
        self.shelf.collection(collection).clone_with_type()
    }
}

/// All but what grows beside the body.
fn shown() -> Bson {
    doc! { EVENTS: 0, HANDLED: 0 }
}

/// Looks again, with the port's own comparisons.
fn is_meant(found: &Document, search: &Search) -> Result<bool, DocumentError> {
    let body = serde_json::from_slice(&found.body).map_err(|_| damaged("a body that is no JSON"))?;
    is_found(&body, &found.id, search)
}

struct Page {
    found: Vec<Document>,
    bytes: usize,
}

impl Page {
    fn add(&mut self, found: Document) {
        self.bytes += found.id.len() + found.body.len();
        self.found.push(found);
    }
}
