//! Small values of one scope in this process's memory, bounded by bytes. Gone with the process, unknown to any other.

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use moka::Expiry;
use moka::future::Cache as Memory;
use moka::ops::compute::Op;

use crate::ports::cache::{Cache, CacheError};

/// Bytes of a key.
const KEY_BYTES: usize = 256;

/// Bytes of a value.
const VALUE_BYTES: usize = 64 << 10;

/// Bytes of all keys and values of a scope; the least used go first.
const SCOPE_BYTES: u64 = 8 << 20;

/// What an entry costs beside its key and value.
const ENTRY_BYTES: usize = 96;

const SHORTEST: Duration = Duration::from_millis(1);
const LONGEST: Duration = Duration::from_secs(24 * 3600);

/// A value and its end. The end is absolute: what an entry has left is not known any more when it was evicted between
/// the look at it and the write that was to follow.
#[derive(Debug, Clone)]
struct Entry {
    value: Arc<[u8]>,
    ends: Instant,
}

impl Entry {
    fn has_ended(&self) -> bool {
        self.ends <= Instant::now()
    }
}

struct EntryExpiry;

impl Expiry<String, Entry> for EntryExpiry {
    fn expire_after_create(&self, _key: &String, entry: &Entry, at: Instant) -> Option<Duration> {
        Some(entry.ends.saturating_duration_since(at))
    }

    fn expire_after_update(
        &self,
        _key: &String,
        entry: &Entry,
        at: Instant,
        _left: Option<Duration>,
    ) -> Option<Duration> {
        Some(entry.ends.saturating_duration_since(at))
    }
}

/// The cache of one scope.
#[derive(Debug)]
pub struct MemoryCache {
    entries: Memory<String, Entry>,
}

impl MemoryCache {
    /// An empty one.
    pub fn new() -> Self {
        let weigh = |key: &String, entry: &Entry| {
            u32::try_from(key.len() + entry.value.len() + ENTRY_BYTES).unwrap_or(u32::MAX)
        };
        let entries =
            Memory::builder().max_capacity(SCOPE_BYTES).weigher(weigh).expire_after(EntryExpiry).build();
        Self { entries }
    }
}

#[async_trait]
impl Cache for MemoryCache {
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, CacheError> {
        check(key, &[])?;
        let entry = self.entries.get(key).await.filter(|entry| !entry.has_ended());
        Ok(entry.map(|entry| entry.value.to_vec()))
    }

    async fn set(&self, key: &str, value: Vec<u8>, ttl: Duration) -> Result<(), CacheError> {
        check(key, &value)?;
        let entry = Entry { value: value.into(), ends: end_of(ttl) };
        self.entries.insert(key.to_owned(), entry).await;
        Ok(())
    }

    async fn delete(&self, key: &str) -> Result<(), CacheError> {
        check(key, &[])?;
        self.entries.invalidate(key).await;
        Ok(())
    }

    async fn increment(&self, key: &str, by: i64, ttl: Duration) -> Result<i64, CacheError> {
        check(key, &[])?;
        let mut sum = by;
        let entry = self.entries.entry(key.to_owned()).and_compute_with(|earlier| {
            let earlier = earlier.map(moka::Entry::into_value).filter(|entry| !entry.has_ended());
            sum = earlier.as_ref().map_or(0, |entry| counted(&entry.value)).saturating_add(by);
            let ends = earlier.map_or_else(|| end_of(ttl), |entry| entry.ends);
            std::future::ready(Op::Put(Entry { value: sum.to_string().into_bytes().into(), ends }))
        });
        entry.await;
        Ok(sum)
    }
}

fn end_of(ttl: Duration) -> Instant {
    Instant::now() + ttl.clamp(SHORTEST, LONGEST)
}

/// A counter is kept as decimal text, so that `get` shows it; anything else counts as 0.
fn counted(value: &[u8]) -> i64 {
    std::str::from_utf8(value).ok().and_then(|text| text.parse().ok()).unwrap_or(0)
}

fn check(key: &str, value: &[u8]) -> Result<(), CacheError> {
    if key.len() <= KEY_BYTES && value.len() <= VALUE_BYTES { Ok(()) } else { Err(CacheError::TooLarge) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_scope_is_bounded_by_bytes() {
        let cache = MemoryCache::new();
        for n in 0..300 {
            cache.set(&n.to_string(), vec![0; VALUE_BYTES], LONGEST).await.unwrap();
        }
        cache.entries.run_pending_tasks().await;
        assert!(cache.entries.entry_count() > 50);
        assert!(cache.entries.weighted_size() <= SCOPE_BYTES);
    }
}
