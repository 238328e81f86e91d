//! `p2p:platform/blobs`: names for staged files, never their bytes.

use std::time::Duration;

use p2p_storage::{BlobError, BlobInfo};
use wasmtime::component::HasSelf;

use super::{Caller, timed};
use crate::bindings::p2p::platform::blobs::{Blob, Error, Host, HostWithStore};
use crate::state::GuestState;

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
