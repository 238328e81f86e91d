//! What may go wrong with documents.

use std::fmt;

/// Why the store refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentError {
    /// An event of another feature, or no collection name.
    Denied,
    /// A path, value or body out of bounds.
    Rejected,
    /// The id is in use.
    Exists,
    /// No such document.
    Missing,
    /// Another version than expected.
    Stale,
    /// Body or answer too large.
    TooLarge,
    /// Ended at the call's deadline.
    Timeout,
    /// Safe to try again.
    Busy,
    /// Cannot be reached, or cannot write. Nothing was kept.
    Unavailable,
}

impl fmt::Display for DocumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Denied => "not allowed",
            Self::Rejected => "rejected",
            Self::Exists => "the document exists",
            Self::Missing => "no such document",
            Self::Stale => "the document has another version",
            Self::TooLarge => "too large",
            Self::Timeout => "past the deadline",
            Self::Busy => "the store is busy",
            Self::Unavailable => "the store is unavailable",
        })
    }
}

impl std::error::Error for DocumentError {}
