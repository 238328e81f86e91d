//! Blobs: follow in the next slice.
use std::time::Duration;

use crate::ports::blobs::*;

/// Not there yet.
#[derive(Debug)]
pub struct FileBlobs;

fn later<T>() -> Result<T, BlobError> {
    Err(BlobError::Unavailable("not built yet".to_owned()))
}

#[async_trait::async_trait]
impl BlobStore for FileBlobs {
    async fn stage(
        &self,
        _: &str,
        _: ByteStream,
        _: StageLimits,
        _: p2p_context::Deadline,
    ) -> Result<Staged, BlobError> {
        later()
    }
    async fn promote(&self, _: &str, _: &str) -> Result<BlobInfo, BlobError> {
        later()
    }
    async fn reject(&self, _: &str) -> Result<(), BlobError> {
        later()
    }
    async fn head(&self, _: &str) -> Result<Option<BlobInfo>, BlobError> {
        later()
    }
    async fn open(&self, _: &str) -> Result<(BlobInfo, ByteStream), BlobError> {
        later()
    }
    async fn delete(&self, _: &str) -> Result<(), BlobError> {
        later()
    }
    async fn url(&self, _: &str, _: Duration) -> Result<String, BlobError> {
        later()
    }
    async fn sweep(&self, _: Duration) -> Result<u64, BlobError> {
        later()
    }
}
