//! Documents: follow in the next slice.
use crate::ports::documents::*;
use crate::ports::events::Event;
use crate::ports::stores::StoreCall;

/// Not there yet.
#[derive(Debug)]
pub struct SqliteDocuments;

fn later<T>() -> Result<T, DocumentError> {
    Err(DocumentError::Unavailable("not built yet".to_owned()))
}

#[async_trait::async_trait]
impl DocumentStore for SqliteDocuments {
    async fn get(&self, _: StoreCall, _: &str, _: &str) -> Result<Option<Document>, DocumentError> {
        later()
    }
    async fn find(&self, _: StoreCall, _: &str, _: &Search) -> Result<Vec<Document>, DocumentError> {
        later()
    }
    async fn insert(&self, _: StoreCall, _: &str, _: &str, _: &[u8], _: &[Event]) -> Result<(), DocumentError> {
        later()
    }
    async fn update(
        &self,
        _: StoreCall,
        _: &str,
        _: &str,
        _: &[Change],
        _: Option<u64>,
        _: &[Event],
    ) -> Result<u64, DocumentError> {
        later()
    }
    async fn delete(
        &self,
        _: StoreCall,
        _: &str,
        _: &str,
        _: Option<u64>,
        _: &[Event],
    ) -> Result<(), DocumentError> {
        later()
    }
}
