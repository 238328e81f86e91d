//! `blobs`: files that the host staged and the feature keeps or drops.

use std::fmt;

use super::Answer;

/// A kept file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blob {
    /// Its name within the feature.
    pub name: String,
    /// MIME type.
    pub media_type: String,
    /// Bytes.
    pub size: u64,
    /// Lower-case hex.
    pub sha256: String,
}

/// A picture that was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// The file.
    pub blob: Blob,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
}

/// Why the store refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlobError {
    /// A name out of bounds.
    Rejected,
    /// No such blob, or the upload is no longer staged.
    Missing,
    /// A blob of that name exists with other bytes.
    Exists,
    /// Past the call's deadline.
    Timeout,
    /// Cannot be reached, or is full.
    Unavailable,
}

impl fmt::Display for BlobError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rejected => "not a blob name",
            Self::Missing => "no such blob",
            Self::Exists => "another blob has this name",
            Self::Timeout => "past the deadline",
            Self::Unavailable => "the blob store is unavailable",
        })
    }
}

impl std::error::Error for BlobError {}

/// The feature's files; never their bytes.
pub trait Blobs {
    /// Gives a staged upload its lasting name; again with the same bytes is fine.
    fn promote<'a>(&'a self, staged_id: &'a str, name: &'a str) -> Answer<'a, Result<Blob, BlobError>>;

    /// Drops a staged upload; again is fine.
    fn reject<'a>(&'a self, staged_id: &'a str) -> Answer<'a, Result<(), BlobError>>;

    /// What is known of a blob.
    fn head<'a>(&'a self, name: &'a str) -> Answer<'a, Result<Option<Blob>, BlobError>>;

    /// Removes a blob; again is fine.
    fn delete<'a>(&'a self, name: &'a str) -> Answer<'a, Result<(), BlobError>>;

    /// A URL that serves the blob without a session for 1–86 400 seconds.
    fn url<'a>(&'a self, name: &'a str, ttl_seconds: u32) -> Answer<'a, Result<String, BlobError>>;

    /// Keeps the middle square of a staged picture once for each side, as `<name>-<side>`, and drops the upload.
    /// `Rejected` when it does not decode or is too large.
    fn promote_squares<'a>(
        &'a self,
        staged_id: &'a str,
        name: &'a str,
        sides: &'a [u32],
    ) -> Answer<'a, Result<Vec<Picture>, BlobError>>;

    /// Keeps a whole picture upright and without metadata as `name`, and for each side a copy whose longer side it is, as
    /// `<name>-<side>`; drops the upload. Answers the picture, then its copies. `Rejected` when it does not decode or is too
    /// large.
    fn promote_picture<'a>(
        &'a self,
        staged_id: &'a str,
        name: &'a str,
        sides: &'a [u32],
    ) -> Answer<'a, Result<Vec<Picture>, BlobError>>;
}
