//! `p2p:platform/cache`: small perishable values.

use std::time::Duration;

use p2p_storage::CacheError;
use wasmtime::component::HasSelf;

use super::{Caller, timed};
use crate::bindings::p2p::platform::cache::{Error, Host, HostWithStore};
use crate::state::GuestState;

/// A day, the longest a value is kept.
const TTL_MAX_MS: u64 = 24 * 60 * 60 * 1_000;

impl Host for GuestState {}

impl<T: Send> HostWithStore<T> for HasSelf<GuestState> {
    async fn get(caller: &Caller<T>, key: String) -> wasmtime::Result<Result<Option<Vec<u8>>, Error>> {
        let (services, _) = caller.with(|mut access| access.get().store_use())?;
        Ok(timed(caller, services.stores.cache.get(&key)).await?.map_err(convert_error))
    }

    async fn set(
        caller: &Caller<T>,
        key: String,
        value: Vec<u8>,
        ttl_ms: u64,
    ) -> wasmtime::Result<Result<(), Error>> {
        let (services, _) = caller.with(|mut access| access.get().store_use())?;
        let ttl = ttl(ttl_ms);
        Ok(timed(caller, services.stores.cache.set(&key, value, ttl)).await?.map_err(convert_error))
    }

    async fn delete(caller: &Caller<T>, key: String) -> wasmtime::Result<Result<(), Error>> {
        let (services, _) = caller.with(|mut access| access.get().store_use())?;
        Ok(timed(caller, services.stores.cache.delete(&key)).await?.map_err(convert_error))
    }

    async fn increment(
        caller: &Caller<T>,
        key: String,
        by: i64,
        ttl_ms: u64,
    ) -> wasmtime::Result<Result<i64, Error>> {
        let (services, _) = caller.with(|mut access| access.get().store_use())?;
        let ttl = ttl(ttl_ms);
        Ok(timed(caller, services.stores.cache.increment(&key, by, ttl)).await?.map_err(convert_error))
    }
}

fn ttl(ms: u64) -> Duration {
    Duration::from_millis(ms.clamp(1, TTL_MAX_MS))
}

fn convert_error(error: CacheError) -> Error {
    match error {
        CacheError::TooLarge => Error::TooLarge,
        CacheError::Timeout => Error::Timeout,
        CacheError::Unavailable => Error::Unavailable,
    }
}
