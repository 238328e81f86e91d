//! `documents`: the feature's own JSON documents.

mod error;

use p2p_values::{from_slice, to_vec};
use serde::{Deserialize, Serialize};

use super::{Answer, Event};
use crate::Problem;

pub use error::DocumentError;

/// A stored document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Its id within the collection.
    pub id: String,
    /// 1 when inserted, one more for each update.
    pub version: u64,
    /// A JSON object.
    pub body: Vec<u8>,
}

impl Document {
    /// Its body as a type. One that does not fit was written by other code: an internal problem.
    pub fn read<'a, T: Deserialize<'a>>(&'a self) -> Result<T, Problem> {
        from_slice(&self.body)
            .map_err(|error| Problem::internal(format_args!("document {}: {error}", self.id)))
    }
}

/// How a field is compared.
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// Dotted path.
    pub path: String,
    /// How.
    pub comparison: Comparison,
    /// JSON.
    pub value: Vec<u8>,
}

/// One sort key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Dotted path.
    pub path: String,
    /// Largest first.
    pub descending: bool,
}

/// A keyset search, built in order: `Search::new(20).equal("topicId", &id).ascending("createdAt")`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    /// Joined by AND.
    pub filters: Vec<Filter>,
    /// The id breaks ties in the direction of the last one.
    pub order: Vec<Order>,
    /// 1–500.
    pub limit: u32,
    /// Order values (a JSON array) and id of the last document of the page before.
    pub after: Option<(Vec<u8>, String)>,
}

impl Search {
    /// Everything, at most so many.
    pub fn new(limit: u32) -> Self {
        Self { filters: Vec::new(), order: Vec::new(), limit, after: None }
    }

    /// Only where the comparison holds.
    #[must_use]
    pub fn filter(mut self, path: &str, comparison: Comparison, value: &impl Serialize) -> Self {
        self.filters.push(Filter { path: path.to_owned(), comparison, value: to_vec(value) });
        self
    }

    /// Only where the path holds this value.
    #[must_use]
    pub fn equal(self, path: &str, value: &impl Serialize) -> Self {
        self.filter(path, Comparison::Equal, value)
    }

    /// Smallest first.
    #[must_use]
    pub fn ascending(self, path: &str) -> Self {
        self.ordered(path, false)
    }

    /// Largest first.
    #[must_use]
    pub fn descending(self, path: &str) -> Self {
        self.ordered(path, true)
    }

    /// Goes on behind a document: its order values, an array or tuple, and its id.
    #[must_use]
    pub fn after(mut self, values: &impl Serialize, id: impl ToString) -> Self {
        self.after = Some((to_vec(values), id.to_string()));
        self
    }

    fn ordered(mut self, path: &str, descending: bool) -> Self {
        self.order.push(Order { path: path.to_owned(), descending });
        self
    }
}

/// What an update does at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each case is named in wit/platform/documents.wit")]
pub enum Operator {
    Set,
    Unset,
    Inc,
    Push,
    Pull,
}

/// One step of an update: `Change::set("title", &title)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Dotted path.
    pub path: String,
    /// What to do there.
    pub operator: Operator,
    /// JSON; ignored by `Unset`.
    pub value: Vec<u8>,
}

impl Change {
    /// Puts a value there, making objects on the way.
    pub fn set(path: &str, value: &impl Serialize) -> Self {
        Self::new(path, Operator::Set, value)
    }

    /// Removes what is there.
    pub fn unset(path: &str) -> Self {
        Self::new(path, Operator::Unset, &())
    }

    /// Adds to a number; a missing one counts as 0.
    pub fn inc(path: &str, by: i64) -> Self {
        Self::new(path, Operator::Inc, &by)
    }

    /// Appends to an array; a missing one is made.
    pub fn push(path: &str, value: &impl Serialize) -> Self {
        Self::new(path, Operator::Push, value)
    }

    /// Removes elements equal to the value, or that have all members of an object.
    pub fn pull(path: &str, value: &impl Serialize) -> Self {
        Self::new(path, Operator::Pull, value)
    }

    fn new(path: &str, operator: Operator, value: &impl Serialize) -> Self {
        Self { path: path.to_owned(), operator, value: to_vec(value) }
    }
}

/// The feature's own documents. Each write touches one and is atomic with its events.
pub trait Documents {
    /// One document.
    fn get<'a>(
        &'a self,
        collection: &'a str,
        id: &'a str,
    ) -> Answer<'a, Result<Option<Document>, DocumentError>>;

    /// A page of documents.
    fn find<'a>(
        &'a self,
        collection: &'a str,
        search: Search,
    ) -> Answer<'a, Result<Vec<Document>, DocumentError>>;

    /// A new document, version 1.
    fn insert<'a>(
        &'a self,
        collection: &'a str,
        id: &'a str,
        body: Vec<u8>,
        events: Vec<Event>,
    ) -> Answer<'a, Result<(), DocumentError>>;

    /// All changes or none; answers the new version.
    fn update<'a>(
        &'a self,
        collection: &'a str,
        id: &'a str,
        changes: Vec<Change>,
        expected: Option<u64>,
        events: Vec<Event>,
    ) -> Answer<'a, Result<u64, DocumentError>>;

    /// Removes a document.
    fn delete<'a>(
        &'a self,
        collection: &'a str,
        id: &'a str,
        expected: Option<u64>,
        events: Vec<Event>,
    ) -> Answer<'a, Result<(), DocumentError>>;
}
