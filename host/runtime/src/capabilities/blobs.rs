//! `p2p:platform/blobs`: names for staged files, never their bytes.

use std::time::Duration;

use bytes::Bytes;
use futures::{StreamExt as _, stream};
use p2p_context::Deadline;
use p2p_storage::{BlobError, BlobInfo, BlobStore, StageLimits};
use wasmtime::component::HasSelf;

use super::{Caller, timed};
use crate::bindings::p2p::platform::blobs::{Blob, Error, Host, HostWithStore, Picture};
use crate::pictures::{self, Drawn, PictureFault};
use crate::state::GuestState;

/// Squares of one picture.
const SQUARES: std::ops::RangeInclusive<usize> = 1..=4;
/// Copies of one whole picture.
const COPIES_MAX: usize = 4;
/// Pixels of a side.
const SIDES: std::ops::RangeInclusive<u32> = 16..=1024;

impl Host for GuestState {}

impl<T: Send> HostWithStore<T> for HasSelf<GuestState> {
    async fn promote(
        caller: &Caller<T>,
        staged_id: String,
        name: String,
    ) -> wasmtime::Result<Result<Blob, Error>> {
        let (services, _) = caller.with(|mut access| access.get().store_use())?;
        let answer = timed(caller, services.stores.blobs.promote(&staged_id, &name)).await?;
        Ok(answer.map(convert_blob).map_err(convert_error))
    }

    async fn reject(caller: &Caller<T>, staged_id: String) -> wasmtime::Result<Result<(), Error>> {
        let (services, _) = caller.with(|mut access| access.get().store_use())?;
        Ok(timed(caller, services.stores.blobs.reject(&staged_id)).await?.map_err(convert_error))
    }

    async fn head(caller: &Caller<T>, name: String) -> wasmtime::Result<Result<Option<Blob>, Error>> {
        let (services, _) = caller.with(|mut access| access.get().store_use())?;
        let answer = timed(caller, services.stores.blobs.head(&name)).await?;
        Ok(answer.map(|found| found.map(convert_blob)).map_err(convert_error))
    }

    async fn delete(caller: &Caller<T>, name: String) -> wasmtime::Result<Result<(), Error>> {
        let (services, _) = caller.with(|mut access| access.get().store_use())?;
        Ok(timed(caller, services.stores.blobs.delete(&name)).await?.map_err(convert_error))
    }

    async fn url(
        caller: &Caller<T>,
        name: String,
        ttl_seconds: u32,
    ) -> wasmtime::Result<Result<String, Error>> {
        let (services, _) = caller.with(|mut access| access.get().store_use())?;
        let ttl = Duration::from_secs(u64::from(ttl_seconds.clamp(1, 86_400)));
        Ok(timed(caller, services.stores.blobs.url(&name, ttl)).await?.map_err(convert_error))
    }

    async fn promote_squares(
        caller: &Caller<T>,
        staged_id: String,
        name: String,
        sides: Vec<u32>,
    ) -> wasmtime::Result<Result<Vec<Picture>, Error>> {
        let fits = SQUARES.contains(&sides.len()) && sides.iter().all(|side| SIDES.contains(side));
        wasmtime::ensure!(fits, "blobs: 1 to 4 squares of 16 to 1024 pixels");
        let (services, call) = caller.with(|mut access| access.get().store_use())?;
        let blobs = services.stores.blobs.as_ref();
        let answer = timed(caller, keep_squares(blobs, call.deadline, &staged_id, &name, sides)).await?;
        Ok(answer.map_err(convert_error))
    }

    async fn promote_picture(
        caller: &Caller<T>,
        staged_id: String,
        name: String,
        sides: Vec<u32>,
    ) -> wasmtime::Result<Result<Vec<Picture>, Error>> {
        let fits = sides.len() <= COPIES_MAX && sides.iter().all(|side| SIDES.contains(side));
        wasmtime::ensure!(fits, "blobs: at most 4 copies of 16 to 1024 pixels");
        let (services, call) = caller.with(|mut access| access.get().store_use())?;
        let blobs = services.stores.blobs.as_ref();
        let answer = timed(caller, keep_whole(blobs, call.deadline, &staged_id, &name, sides)).await?;
        Ok(answer.map_err(convert_error))
    }
}

/// The upload goes last, so that a call which died in between can be made again.
async fn keep_squares(
    blobs: &dyn BlobStore,
    deadline: Deadline,
    staged_id: &str,
    name: &str,
    sides: Vec<u32>,
) -> Result<Vec<Picture>, BlobError> {
    let bytes = read_staged(blobs, staged_id).await?;
    let squares = pictures::squares(bytes, sides.clone()).await.map_err(convert_fault)?;
    let names = sides.iter().map(|side| format!("{name}-{side}"));
    let kept = keep_all(blobs, deadline, squares, names).await?;
    blobs.reject(staged_id).await?;
    Ok(kept)
}

/// The same of a whole picture and its copies.
async fn keep_whole(
    blobs: &dyn BlobStore,
    deadline: Deadline,
    staged_id: &str,
    name: &str,
    sides: Vec<u32>,
) -> Result<Vec<Picture>, BlobError> {
    let bytes = read_staged(blobs, staged_id).await?;
    let drawn = pictures::whole(bytes, sides.clone()).await.map_err(convert_fault)?;
    let copies = sides.iter().map(|side| format!("{name}-{side}"));
    let kept = keep_all(blobs, deadline, drawn, std::iter::once(name.to_owned()).chain(copies)).await?;
    blobs.reject(staged_id).await?;
    Ok(kept)
}

async fn keep_all(
    blobs: &dyn BlobStore,
    deadline: Deadline,
    drawn: Vec<Drawn>,
    names: impl Iterator<Item = String>,
) -> Result<Vec<Picture>, BlobError> {
    let mut kept = Vec::with_capacity(drawn.len());
    for (drawn, name) in drawn.into_iter().zip(names) {
        kept.push(keep_drawn(blobs, deadline, drawn, &name).await?);
    }
    Ok(kept)
}

/// The contract has no word for too many at once; whoever ran out of time tries again.
fn convert_fault(fault: PictureFault) -> BlobError {
    match fault {
        PictureFault::NotAPicture => BlobError::Rejected,
        PictureFault::Busy => BlobError::Timeout,
    }
}

async fn read_staged(blobs: &dyn BlobStore, staged_id: &str) -> Result<Vec<u8>, BlobError> {
    let mut stream = blobs.staged(staged_id).await?;
    let mut bytes = Vec::new();
    while let Some(piece) = stream.next().await {
        bytes.extend_from_slice(&piece.map_err(|error| BlobError::Unavailable(error.to_string()))?);
        if bytes.len() > pictures::BYTES_MAX {
            return Err(BlobError::Rejected);
        }
    }
    Ok(bytes)
}

async fn keep_drawn(
    blobs: &dyn BlobStore,
    deadline: Deadline,
    drawn: Drawn,
    name: &str,
) -> Result<Picture, BlobError> {
    let Drawn { width, height, media_type, bytes } = drawn;
    let limits = StageLimits { bytes: bytes.len() as u64 };
    let body = stream::once(async move { Ok(Bytes::from(bytes)) }).boxed();
    let staged = blobs.stage(media_type, body, limits, deadline).await?;
    let promoted = blobs.promote(&staged.id, name).await;
    if promoted.is_err() {
        // What cannot be dropped now is swept within the hour.
        let _swept_later = blobs.reject(&staged.id).await;
    }
    Ok(Picture { blob: convert_blob(promoted?), width, height })
}

fn convert_blob(blob: BlobInfo) -> Blob {
    Blob { name: blob.name, media_type: blob.media_type, size: blob.size, sha256: blob.sha256 }
}

fn convert_error(error: BlobError) -> Error {
    match error {
        BlobError::Rejected => Error::Rejected,
        BlobError::Missing => Error::Missing,
        BlobError::Exists => Error::Exists,
        BlobError::Timeout => Error::Timeout,
        BlobError::TooLarge | BlobError::Truncated => Error::Rejected,
        BlobError::Unavailable(reason) => {
            tracing::error!(reason, "blob store unavailable");
            Error::Unavailable
        }
    }
}
