//! `text`, `directory` and `events`: rendering, people's cards, and what is told without a commit.

use std::fmt;

use serde::Serialize;

use super::Answer;
use crate::Rows;

/// Something that happened, told to whoever subscribed to its topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// `<feature>.<noun>.<verb>`; the first part is the feature's own name.
    pub topic: String,
    /// Id of the thing it is about. Events of one key are delivered in the order of their commits.
    pub key: String,
    /// A JSON object.
    pub payload: Vec<u8>,
}

impl Event {
    /// An event whose payload is this value as JSON. A value that is no object is rejected by the host.
    pub fn new(topic: &str, key: impl ToString, payload: &impl Serialize) -> Self {
        Self { topic: topic.to_owned(), key: key.to_string(), payload: p2p_values::to_vec(payload) }
    }
}

/// Rendering that the host does, so that no feature carries a Markdown parser.
pub trait Text {
    /// Markdown to HTML that is safe to show, one answer per source.
    fn markdown<'a>(&'a self, sources: &'a [String]) -> Answer<'a, Vec<String>>;

    /// Foreign HTML through the same allow-list.
    fn sanitize<'a>(&'a self, html: String) -> Answer<'a, String>;

    /// The first `max` characters of what a reader would see of the Markdown.
    fn excerpt<'a>(&'a self, sources: &'a [String], max: u32) -> Answer<'a, Vec<String>>;
}

/// Why there are no cards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DirectoryError {
    /// Past the call's deadline.
    Timeout,
    /// No feature offers a directory, or its store cannot be reached.
    Unavailable,
}

impl fmt::Display for DirectoryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Timeout => "past the deadline",
            Self::Unavailable => "no directory",
        })
    }
}

impl std::error::Error for DirectoryError {}

/// Who is who. Columns of both answers: id, name, title?, avatar?, verified, active, role, organization id?,
/// organization name?.
pub trait Directory {
    /// Cards of these users (16 bytes each, at most 500), in any order, unknown ones left out.
    fn users<'a>(&'a self, ids: Vec<u8>) -> Answer<'a, Result<Rows, DirectoryError>>;

    /// Active users whose name begins with the query, at most `limit` (1–50).
    fn search<'a>(&'a self, query: &'a str, limit: u32) -> Answer<'a, Result<Rows, DirectoryError>>;
}

/// Why an event was not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventsError {
    /// An event of another feature, or too many.
    Denied,
    /// A payload that is no JSON object, or too large.
    Rejected,
    /// The outbox cannot be reached or written.
    Unavailable,
}

impl fmt::Display for EventsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Denied => "the event is not allowed",
            Self::Rejected => "the event was rejected",
            Self::Unavailable => "the outbox is unavailable",
        })
    }
}

impl std::error::Error for EventsError {}

/// Events that belong to no commit.
pub trait Events {
    /// Keeps them durably, then answers.
    fn emit<'a>(&'a self, events: Vec<Event>) -> Answer<'a, Result<(), EventsError>>;
}
