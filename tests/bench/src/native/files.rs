//! The SDK's files and cached values over the host's own store ports. Translates types; decides nothing.

use std::time::Duration;

use p2p_sdk::host::{Answer, Blob, BlobError, Blobs, Cache, CacheError, Picture};
use p2p_storage as store;

use super::call::NativeCall;

impl Blobs for NativeCall {
    fn promote<'a>(&'a self, staged_id: &'a str, name: &'a str) -> Answer<'a, Result<Blob, BlobError>> {
        Answer::waiting(async move {
            self.ground.stores.blobs.promote(staged_id, name).await.map(blob).map_err(blob_error)
        })
    }

    fn reject<'a>(&'a self, staged_id: &'a str) -> Answer<'a, Result<(), BlobError>> {
        Answer::waiting(async move { self.ground.stores.blobs.reject(staged_id).await.map_err(blob_error) })
    }

    fn head<'a>(&'a self, name: &'a str) -> Answer<'a, Result<Option<Blob>, BlobError>> {
        Answer::waiting(async move {
            Ok(self.ground.stores.blobs.head(name).await.map_err(blob_error)?.map(blob))
        })
    }

    fn delete<'a>(&'a self, name: &'a str) -> Answer<'a, Result<(), BlobError>> {
        Answer::waiting(async move { self.ground.stores.blobs.delete(name).await.map_err(blob_error) })
    }

    fn url<'a>(&'a self, name: &'a str, ttl_seconds: u32) -> Answer<'a, Result<String, BlobError>> {
        Answer::waiting(async move {
            let ttl = Duration::from_secs(ttl_seconds.into());
            self.ground.stores.blobs.url(name, ttl).await.map_err(blob_error)
        })
    }

    /// No benchmark sends a picture.
    fn promote_squares<'a>(
        &'a self,
        _: &'a str,
        _: &'a str,
        _: &'a [u32],
    ) -> Answer<'a, Result<Vec<Picture>, BlobError>> {
        Answer::ready(Err(BlobError::Unavailable))
    }

    /// The same.
    fn promote_picture<'a>(
        &'a self,
        _: &'a str,
        _: &'a str,
        _: &'a [u32],
    ) -> Answer<'a, Result<Vec<Picture>, BlobError>> {
        Answer::ready(Err(BlobError::Unavailable))
    }
}

fn blob(found: store::BlobInfo) -> Blob {
    Blob { name: found.name, media_type: found.media_type, size: found.size, sha256: found.sha256 }
}

fn blob_error(error: store::BlobError) -> BlobError {
    match error {
        store::BlobError::Rejected | store::BlobError::TooLarge | store::BlobError::Truncated => {
            BlobError::Rejected
        }
        store::BlobError::Missing => BlobError::Missing,
        store::BlobError::Exists => BlobError::Exists,
        store::BlobError::Timeout => BlobError::Timeout,
        store::BlobError::Unavailable(reason) => {
            tracing::error!(reason, "blob store unavailable");
            BlobError::Unavailable
        }
    }
}

impl Cache for NativeCall {
    fn get<'a>(&'a self, key: &'a str) -> Answer<'a, Result<Option<Vec<u8>>, CacheError>> {
        Answer::waiting(async move { self.ground.stores.cache.get(key).await.map_err(cache_error) })
    }

    fn set<'a>(&'a self, key: &'a str, value: Vec<u8>, ttl_ms: u64) -> Answer<'a, Result<(), CacheError>> {
        Answer::waiting(async move {
            let ttl = Duration::from_millis(ttl_ms);
            self.ground.stores.cache.set(key, value, ttl).await.map_err(cache_error)
        })
    }

    fn delete<'a>(&'a self, key: &'a str) -> Answer<'a, Result<(), CacheError>> {
        Answer::waiting(async move { self.ground.stores.cache.delete(key).await.map_err(cache_error) })
    }

    fn increment<'a>(&'a self, key: &'a str, by: i64, ttl_ms: u64) -> Answer<'a, Result<i64, CacheError>> {
        Answer::waiting(async move {
            let ttl = Duration::from_millis(ttl_ms);
            self.ground.stores.cache.increment(key, by, ttl).await.map_err(cache_error)
        })
    }
}

fn cache_error(error: store::CacheError) -> CacheError {
    match error {
        store::CacheError::TooLarge => CacheError::TooLarge,
        store::CacheError::Timeout => CacheError::Timeout,
        store::CacheError::Unavailable => CacheError::Unavailable,
    }
}
