//! An upload on its way to disk: counted, hashed, bounded, and removed unless it came through whole.

use std::fs::File;
use std::io::Write;

use bytes::Bytes;
use futures::StreamExt;
use p2p_context::Deadline;
use sha2::{Digest, Sha256};

use super::folder::{Folder, Info, unavailable};
use crate::ports::blobs::{BlobError, ByteStream, StageLimits, Staged};

/// First bytes that are kept for telling the type.
const HEAD_BYTES: usize = 512;

/// Bytes gathered before they are written, so that small pieces do not each cross to a blocking thread.
const PIECE_BYTES: usize = 256 << 10;

/// An upload under way. Dropped before its end, it leaves nothing behind.
pub struct Upload {
    folder: Folder,
    id: String,
    whole: bool,
}

impl Drop for Upload {
    fn drop(&mut self) {
        if !self.whole
            && let Err(error) = self.folder.discard(&self.id)
        {
            tracing::warn!(%error, "a broken upload stays until the next sweep");
        }
    }
}

/// What was received so far.
struct Received {
    size: u64,
    hash: Sha256,
    head: Vec<u8>,
}

impl Upload {
    /// An upload of this id into this folder.
    pub fn new(folder: Folder, id: String) -> Self {
        Self { folder, id, whole: false }
    }

    /// Receives it all.
    pub async fn receive(
        mut self,
        media_type: &str,
        mut body: ByteStream,
        limits: StageLimits,
        deadline: Deadline,
    ) -> Result<Staged, BlobError> {
        let (folder, id) = (self.folder.clone(), self.id.clone());
        let mut file = off_thread(move || folder.begin(&id).map_err(|error| unavailable(&error))).await?;
        let mut received = Received { size: 0, hash: Sha256::new(), head: Vec::new() };
        let mut piece = Vec::new();
        while let Some(bytes) = next(&mut body, deadline).await? {
            received.take(&bytes, limits)?;
            if piece.len() + bytes.len() > PIECE_BYTES {
                (file, piece) = write(file, piece).await?;
            }
            piece.extend_from_slice(&bytes);
        }
        let (file, _) = write(file, piece).await?;
        let info = received.info(&self.id, media_type);
        let folder = self.folder.clone();
        let info = off_thread(move || match folder.complete(&file, &info) {
            Ok(()) => Ok(info),
            Err(error) => Err(unavailable(&error)),
        })
        .await?;
        self.whole = true;
        Ok(Staged { id: info.staged, size: info.size, sha256: info.sha256, head: received.head })
    }
}

impl Received {
    fn take(&mut self, bytes: &Bytes, limits: StageLimits) -> Result<(), BlobError> {
        self.size += bytes.len() as u64;
        if self.size > limits.bytes {
            return Err(BlobError::TooLarge);
        }
        self.hash.update(bytes);
        let wanted = HEAD_BYTES.saturating_sub(self.head.len()).min(bytes.len());
        self.head.extend(bytes.iter().take(wanted));
        Ok(())
    }

    fn info(&mut self, id: &str, media_type: &str) -> Info {
        let digest: [u8; 32] = self.hash.finalize_reset().into();
        Info {
            staged: id.to_owned(),
            media_type: media_type.to_owned(),
            size: self.size,
            sha256: digest.iter().map(|byte| format!("{byte:02x}")).collect(),
        }
    }
}

async fn next(body: &mut ByteStream, deadline: Deadline) -> Result<Option<Bytes>, BlobError> {
    match tokio::time::timeout_at(deadline.instant().into(), body.next()).await {
        Err(_) => Err(BlobError::Timeout),
        Ok(Some(Err(_))) => Err(BlobError::Truncated),
        Ok(Some(Ok(bytes))) => Ok(Some(bytes)),
        Ok(None) => Ok(None),
    }
}

/// Gives the memory of the piece back, for the next one: what one thread asks for and another lets go is reused late, and
/// the pieces of a large file would together take many times the room of one.
async fn write(mut file: File, mut piece: Vec<u8>) -> Result<(File, Vec<u8>), BlobError> {
    off_thread(move || match file.write_all(&piece) {
        Ok(()) => {
            piece.clear();
            Ok((file, piece))
        }
        Err(error) => Err(unavailable(&error)),
    })
    .await
}

/// Runs blocking work where it blocks nobody.
pub async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, BlobError> + Send + 'static,
) -> Result<T, BlobError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(outcome) => outcome,
        Err(error) => Err(BlobError::Unavailable(error.to_string())),
    }
}
