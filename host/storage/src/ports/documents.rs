//! JSON documents of one feature in one tenant.

use async_trait::async_trait;
use serde_json::Value;

use super::events::Event;
use super::stores::StoreCall;

/// A stored document.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// Its id within the collection.
    pub id: String,
    /// 1 when inserted, one more for each update.
    pub version: u64,
    /// JSON object as UTF-8. At most 1 MiB and 64 levels deep; integers have 64 bits with their sign; no string holds a
    /// NUL. Names of members are not empty, do not begin with `$` and hold no `.` and no NUL; at the top they do not
    /// begin with `_id` or `_p2p` either.
    pub body: Vec<u8>,
}

/// How a field is compared. Values of different JSON kinds are never equal and have no order; 1 is 1.0. A missing
/// field is null: it equals null and differs from everything else. Strings go by their bytes. `AnyOf` takes an array of
/// plain values, all others one plain value; only numbers and strings have an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each case is named in wit/platform/documents.wit")]
pub enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    AnyOf,
    Contains,
}

/// One condition.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    /// Dotted path.
    pub path: String,
    /// How.
    pub comparison: Comparison,
    /// With what.
    pub value: Value,
}

/// One sort key. Missing and null stand first, then numbers, then strings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Dotted path.
    pub path: String,
    /// Largest first.
    pub descending: bool,
}

/// A keyset search.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Search {
    /// Joined by AND.
    pub filters: Vec<Filter>,
    /// The id breaks ties in the direction of the last one.
    pub order: Vec<Order>,
    /// 1–500.
    pub limit: u32,
    /// Order values and id of the last document of the page before.
    pub after: Option<(Vec<Value>, String)>,
}

/// What an update does at a path. An index equal to the array's length appends; a greater one is rejected, as is a path
/// that leads through a value of another shape. Unsetting an element closes the gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each case is named in wit/platform/documents.wit")]
pub enum Operator {
    Set,
    Unset,
    Inc,
    Push,
    Pull,
}

/// One step of an update.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// Dotted path.
    pub path: String,
    /// What to do there.
    pub operator: Operator,
    /// With what.
    pub value: Value,
}

/// A document store.
#[async_trait]
pub trait DocumentStore: Send + Sync + 'static {
    /// One document.
    async fn get(
        &self,
        call: StoreCall,
        collection: &str,
        id: &str,
    ) -> Result<Option<Document>, DocumentError>;

    /// A page of documents.
    async fn find(
        &self,
        call: StoreCall,
        collection: &str,
        search: &Search,
    ) -> Result<Vec<Document>, DocumentError>;

    /// A new document, version 1.
    async fn insert(
        &self,
        call: StoreCall,
        collection: &str,
        id: &str,
        body: &[u8],
        events: &[Event],
    ) -> Result<(), DocumentError>;

    /// All changes or none; answers the new version.
    async fn update(
        &self,
        call: StoreCall,
        collection: &str,
        id: &str,
        changes: &[Change],
        expected: Option<u64>,
        events: &[Event],
    ) -> Result<u64, DocumentError>;

    /// Removes a document.
    async fn delete(
        &self,
        call: StoreCall,
        collection: &str,
        id: &str,
        expected: Option<u64>,
        events: &[Event],
    ) -> Result<(), DocumentError>;
}

/// What went wrong, in the words of the contract.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// Collection name or event out of bounds.
    #[error("not allowed")]
    Denied,
    /// Path, value or body out of bounds.
    #[error("rejected: {0}")]
    Rejected(String),
    /// The id is in use.
    #[error("the document exists")]
    Exists,
    /// No such document.
    #[error("no such document")]
    Missing,
    /// Another version than expected, or the event being handled is already recorded as done.
    #[error("the document has another version")]
    Stale,
    /// Body or answer too large.
    #[error("too large")]
    TooLarge,
    /// Ended at the deadline.
    #[error("past the deadline")]
    Timeout,
    /// Contention.
    #[error("the store is busy")]
    Busy,
    /// Unreachable, or unable to write.
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
}
