//! `cache`, `config`, `secrets`, `log`, `clock` and `random`. All but the cache answer at once.

use std::fmt;

use super::Answer;
use crate::{Timestamp, Uuid};

/// Why the cache refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CacheError {
    /// Key over 256 bytes or value over 64 KiB.
    TooLarge,
    /// Did not answer in time.
    Timeout,
    /// Cannot be reached.
    Unavailable,
}

impl fmt::Display for CacheError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooLarge => "too large for the cache",
            Self::Timeout => "past the deadline",
            Self::Unavailable => "the cache is unavailable",
        })
    }
}

impl std::error::Error for CacheError {}

/// Small values that may vanish at any time.
pub trait Cache {
    /// The value, if it is still there.
    fn get<'a>(&'a self, key: &'a str) -> Answer<'a, Result<Option<Vec<u8>>, CacheError>>;

    /// Keeps a value for 1 ms to 24 h.
    fn set<'a>(&'a self, key: &'a str, value: Vec<u8>, ttl_ms: u64) -> Answer<'a, Result<(), CacheError>>;

    /// Forgets a value.
    fn delete<'a>(&'a self, key: &'a str) -> Answer<'a, Result<(), CacheError>>;

    /// Adds to a counter, making it at 0; answers the new value.
    fn increment<'a>(&'a self, key: &'a str, by: i64, ttl_ms: u64) -> Answer<'a, Result<i64, CacheError>>;
}

/// Settings of this feature in this tenant.
pub trait Config {
    /// The whole settings object as JSON, checked against the feature's schema.
    fn settings(&self) -> Vec<u8>;
}

/// Not sealed by this feature in this tenant, altered, or sealed under a key that was retired.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unreadable;

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the sealed value cannot be read")
    }
}

impl std::error::Error for Unreadable {}

/// Sealing with a key that no guest sees.
pub trait Secrets {
    /// Authenticated encryption.
    fn seal(&self, plain: &[u8]) -> Vec<u8>;

    /// What was sealed.
    fn open(&self, sealed: &[u8]) -> Result<Vec<u8>, Unreadable>;
}

/// How much a line matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the usual four")]
pub enum Level {
    Debug,
    Info,
    Warn,
    Error,
}

/// Structured log lines.
pub trait Log {
    /// `fields` is a JSON object, or empty.
    fn write(&self, level: Level, message: &str, fields: &[u8]);
}

/// The only time a feature knows.
pub trait Clock {
    /// Now.
    fn now(&self) -> Timestamp;
}

/// The only randomness a feature knows.
pub trait Random {
    /// At most 4096 bytes of cryptographic quality.
    fn bytes(&self, length: u32) -> Vec<u8>;

    /// A UUID version 7.
    fn uuid(&self) -> Uuid;
}
