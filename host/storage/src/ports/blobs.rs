//! Files of one feature in one tenant: streamed into staging, promoted by name, served by signed link.

use std::pin::Pin;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures::Stream;
use p2p_context::{Deadline, Timestamp};

/// Bytes on their way in or out; never all of them in memory.
pub type ByteStream = Pin<Box<dyn Stream<Item = std::io::Result<Bytes>> + Send>>;

/// Bounds of one upload.
#[derive(Debug, Clone, Copy)]
pub struct StageLimits {
    /// More bytes than this end the upload with `TooLarge`.
    pub bytes: u64,
}

/// An upload that waits for the feature's word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staged {
    /// Unguessable.
    pub id: String,
    /// Bytes.
    pub size: u64,
    /// Lower-case hex.
    pub sha256: String,
    /// First bytes, at most 512.
    pub head: Vec<u8>,
}

/// A kept file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlobInfo {
    /// Name within the feature.
    pub name: String,
    /// MIME type.
    pub media_type: String,
    /// Bytes.
    pub size: u64,
    /// Lower-case hex.
    pub sha256: String,
}

/// A blob store.
#[async_trait]
pub trait BlobStore: Send + Sync + 'static {
    /// Streams an upload to staging.
    async fn stage(
        &self,
        media_type: &str,
        body: ByteStream,
        limits: StageLimits,
        deadline: Deadline,
    ) -> Result<Staged, BlobError>;

    /// Gives a staged upload its lasting name; again with the same bytes is fine.
    async fn promote(&self, staged: &str, name: &str) -> Result<BlobInfo, BlobError>;

    /// The bytes of a staged upload.
    async fn staged(&self, staged: &str) -> Result<ByteStream, BlobError>;

    /// Drops a staged upload; again is fine.
    async fn reject(&self, staged: &str) -> Result<(), BlobError>;

    /// What is known of a blob.
    async fn head(&self, name: &str) -> Result<Option<BlobInfo>, BlobError>;

    /// The bytes of a blob.
    async fn open(&self, name: &str) -> Result<(BlobInfo, ByteStream), BlobError>;

    /// Removes a blob; again is fine.
    async fn delete(&self, name: &str) -> Result<(), BlobError>;

    /// A URL, absolute or from the host's root, that serves the blob without a session until `ttl` has passed.
    async fn url(&self, name: &str, ttl: Duration) -> Result<String, BlobError>;

    /// Whether `url` made this link and it is still good at this time. Takes as long for any wrong signature. Stores
    /// whose links lead elsewhere admit none.
    fn admits(&self, name: &str, expires: i64, signature: &str, now: Timestamp) -> bool;

    /// Drops staged uploads older than this; answers how many.
    async fn sweep(&self, older_than: Duration) -> Result<u64, BlobError>;
}

/// What went wrong, in the words of the contract.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BlobError {
    /// A name out of bounds.
    #[error("not a blob name")]
    Rejected,
    /// No such blob or staged upload.
    #[error("no such blob")]
    Missing,
    /// The name is taken by other bytes.
    #[error("another blob has this name")]
    Exists,
    /// More bytes than allowed.
    #[error("the upload is too large")]
    TooLarge,
    /// The sender went away or sent garbage.
    #[error("the upload ended early")]
    Truncated,
    /// Ended at the deadline.
    #[error("past the deadline")]
    Timeout,
    /// Unreachable or full.
    #[error("the blob store is unavailable: {0}")]
    Unavailable(String),
}
