//! Readers of request fields that tell apart what serde takes for the same: absent and null, named and not named.

use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};

/// Tells null from absent. Stands with `#[serde(default)]`.
pub fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Deserialize::deserialize(deserializer).map(Some)
}

/// Whether a field was named at all, for those that may not be. Also null counts, since a caller who sends it expects
/// something. Stands with `#[serde(default)]`.
pub fn named<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    IgnoredAny::deserialize(deserializer).map(|_| true)
}
