//! Small values that may vanish at any time.

use std::time::Duration;

use async_trait::async_trait;

/// A cache of one feature in one tenant.
#[async_trait]
pub trait Cache: Send + Sync + 'static {
    /// The value, if it is still there.
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, CacheError>;
    /// Keeps a value for this long.
    async fn set(&self, key: &str, value: Vec<u8>, ttl: Duration) -> Result<(), CacheError>;
    /// Forgets a value.
    async fn delete(&self, key: &str) -> Result<(), CacheError>;
    /// Adds to a counter, making it at 0 with this ttl; answers the new value.
    async fn increment(&self, key: &str, by: i64, ttl: Duration) -> Result<i64, CacheError>;
}

/// What went wrong, in the words of the contract.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CacheError {
    /// Key over 256 bytes or value over 64 KiB.
    #[error("too large for the cache")]
    TooLarge,
    /// The cache did not answer in time.
    #[error("past the deadline")]
    Timeout,
    /// Unreachable.
    #[error("the cache is unavailable")]
    Unavailable,
}
