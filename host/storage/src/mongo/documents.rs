//! The document port over the collections of a scope. Checks what is asked and hands on to reading and writing.

use std::sync::Arc;

use async_trait::async_trait;

use super::shelf::Shelf;
use super::writing::Write;
use crate::documents::{rules, search};
use crate::ports::documents::{Change, Document, DocumentError, DocumentStore, Search};
use crate::ports::events::Event;
use crate::ports::stores::{StoreCall, StoreLimits};

/// Documents of one scope.
#[derive(Debug)]
pub struct MongoDocuments {
    pub(super) shelf: Arc<Shelf>,
    pub(super) limits: StoreLimits,
}

impl MongoDocuments {
    /// Over an open shelf.
    pub fn new(shelf: Arc<Shelf>, limits: StoreLimits) -> Self {
        Self { shelf, limits }
    }
}

#[async_trait]
impl DocumentStore for MongoDocuments {
    async fn get(
        &self,
        call: StoreCall,
        collection: &str,
        id: &str,
    ) -> Result<Option<Document>, DocumentError> {
        rules::check_key(collection, id)?;
        let found = self.one(&call, collection, id).await?;
        let is_too_large = found.as_ref().is_some_and(|found| found.body.len() > self.limits.bytes);
        if is_too_large { Err(DocumentError::TooLarge) } else { Ok(found) }
    }

    async fn find(
        &self,
        call: StoreCall,
        collection: &str,
        search: &Search,
    ) -> Result<Vec<Document>, DocumentError> {
        rules::check_collection(collection)?;
        search::check(search)?;
        self.page(&call, collection, search).await
    }

    async fn insert(
        &self,
        call: StoreCall,
        collection: &str,
        id: &str,
        body: &[u8],
        events: &[Event],
    ) -> Result<(), DocumentError> {
        rules::check_key(collection, id)?;
        let body = rules::check_body(body)?;
        self.write(Write { call: &call, collection, id, expected: None, events }).await?.insert(&body).await
    }

    async fn update(
        &self,
        call: StoreCall,
        collection: &str,
        id: &str,
        changes: &[Change],
        expected: Option<u64>,
        events: &[Event],
    ) -> Result<u64, DocumentError> {
        rules::check_key(collection, id)?;
        self.write(Write { call: &call, collection, id, expected, events }).await?.update(changes).await
    }

    async fn delete(
        &self,
        call: StoreCall,
        collection: &str,
        id: &str,
        expected: Option<u64>,
        events: &[Event],
    ) -> Result<(), DocumentError> {
        rules::check_key(collection, id)?;
        self.write(Write { call: &call, collection, id, expected, events }).await?.delete().await
    }
}
