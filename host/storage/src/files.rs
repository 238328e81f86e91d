//! Files of one scope in a folder: streamed to staging, renamed when promoted, served by links of our own. Both shapes of
//! deployment keep files so; nothing here knows a database.

pub mod disk;
mod folder;
mod links;
mod names;
mod staging;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::StreamExt;
use p2p_context::{Clock, Deadline, Scope, Timestamp};
use rand::RngCore;
use tokio_util::io::ReaderStream;

pub use links::Links;

use crate::ports::blobs::{BlobError, BlobInfo, BlobStore, ByteStream, StageLimits, Staged};
use folder::Folder;
use staging::{Upload, off_thread};

/// Bytes read at a time.
const PIECE_BYTES: usize = 64 << 10;

/// How long a link may last.
const LINK_SECONDS: std::ops::RangeInclusive<u64> = 1..=86_400;

/// Files of one scope.
pub struct FileBlobs {
    scope: Scope,
    folder: Folder,
    links: Links,
    clock: Arc<dyn Clock>,
}

impl FileBlobs {
    /// Files in a folder of this scope below `top`.
    pub fn new(scope: Scope, top: PathBuf, links: Links, clock: Arc<dyn Clock>) -> Self {
        let root = top.join("tenants").join(scope.tenant.as_str()).join("blobs").join(scope.feature.as_str());
        Self { scope, folder: Folder::new(top, root), links, clock }
    }

    async fn with_folder<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Folder) -> Result<T, BlobError> + Send + 'static,
    ) -> Result<T, BlobError> {
        let folder = self.folder.clone();
        off_thread(move || work(&folder)).await
    }
}

#[async_trait]
impl BlobStore for FileBlobs {
    async fn stage(
        &self,
        media_type: &str,
        body: ByteStream,
        limits: StageLimits,
        deadline: Deadline,
    ) -> Result<Staged, BlobError> {
        if !names::is_media_type(media_type) {
            return Err(BlobError::Rejected);
        }
        Upload::new(self.folder.clone(), fresh_id()).receive(media_type, body, limits, deadline).await
    }

    async fn promote(&self, staged: &str, name: &str) -> Result<BlobInfo, BlobError> {
        names::path(name)?;
        if !names::is_staged_id(staged) {
            return Err(BlobError::Missing);
        }
        let (staged, name) = (staged.to_owned(), name.to_owned());
        self.with_folder(move |folder| folder.promote(&staged, &name)).await
    }

    async fn staged(&self, staged: &str) -> Result<ByteStream, BlobError> {
        if !names::is_staged_id(staged) {
            return Err(BlobError::Missing);
        }
        let staged = staged.to_owned();
        let data = self.with_folder(move |folder| folder.open_staged(&staged)).await?;
        Ok(ReaderStream::with_capacity(tokio::fs::File::from_std(data), PIECE_BYTES).boxed())
    }

    async fn reject(&self, staged: &str) -> Result<(), BlobError> {
        if !names::is_staged_id(staged) {
            return Ok(());
        }
        let staged = staged.to_owned();
        self.with_folder(move |folder| folder.discard(&staged).map_err(|error| folder::unavailable(&error)))
            .await
    }

    async fn head(&self, name: &str) -> Result<Option<BlobInfo>, BlobError> {
        let name = name.to_owned();
        self.with_folder(move |folder| folder.head(&name)).await
    }

    async fn open(&self, name: &str) -> Result<(BlobInfo, ByteStream), BlobError> {
        let name = name.to_owned();
        let (info, data) = self.with_folder(move |folder| folder.open(&name)).await?;
        let stream = ReaderStream::with_capacity(tokio::fs::File::from_std(data), PIECE_BYTES);
        Ok((info, stream.boxed()))
    }

    async fn delete(&self, name: &str) -> Result<(), BlobError> {
        let name = name.to_owned();
        self.with_folder(move |folder| folder.delete(&name, &fresh_id())).await
    }

    async fn url(&self, name: &str, ttl: Duration) -> Result<String, BlobError> {
        let seconds = ttl.as_secs();
        if !LINK_SECONDS.contains(&seconds) {
            return Err(BlobError::Rejected);
        }
        if self.head(name).await?.is_none() {
            return Err(BlobError::Missing);
        }
        Ok(self.links.link(&self.scope, name, self.clock.now().plus(ttl).as_secs()))
    }

    fn admits(&self, name: &str, expires: i64, signature: &str, now: Timestamp) -> bool {
        self.links.verify(&self.scope, name, expires, signature, now.as_secs())
    }

    async fn sweep(&self, older_than: Duration) -> Result<u64, BlobError> {
        let before = self.clock.now().minus(older_than);
        self.with_folder(move |folder| folder.sweep(before)).await
    }
}

/// Unguessable.
fn fresh_id() -> String {
    let mut bytes = [0; 16];
    rand::rng().fill_bytes(&mut bytes);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
