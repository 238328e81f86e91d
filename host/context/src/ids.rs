//! Names and ids: checked when made, so that later code may build paths and table names from them.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Why a name was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a name: use a-z, 0-9 and `-`, begin with a letter, at most 40 characters")]
pub struct InvalidName(pub String);

macro_rules! name {
    ($(#[$doc:meta])* $type:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $type(Arc<str>);

        impl $type {
            /// Checks and keeps a name: `[a-z][a-z0-9-]{0,39}`, safe in paths, hosts and SQL names.
            pub fn new(name: &str) -> Result<Self, InvalidName> {
                if is_name(name) { Ok(Self(name.into())) } else { Err(InvalidName(name.to_owned())) }
            }

            /// The name itself.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $type {
            type Error = InvalidName;
            fn try_from(name: String) -> Result<Self, InvalidName> {
                Self::new(&name)
            }
        }

        impl From<$type> for String {
            fn from(name: $type) -> Self {
                name.0.as_ref().to_owned()
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

name!(
    /// A customer of the platform. Everything stored belongs to exactly one.
    TenantId
);
name!(
    /// A feature by its manifest name, e.g. `forums`.
    FeatureName
);

/// The owner of a store: one feature in one tenant. Ports never hand one scope's data to another.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Scope {
    /// Whose data.
    pub tenant: TenantId,
    /// Which feature's data.
    pub feature: FeatureName,
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.tenant, self.feature)
    }
}

/// Names one request in logs, answers and events.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct RequestId(Arc<str>);

impl RequestId {
    /// A fresh one.
    pub fn fresh() -> Self {
        Self(new_uuid().to_string().into())
    }

    /// Keeps an id that a trusted proxy sent, if it is short and plain; else makes a fresh one.
    pub fn from_header(value: &str) -> Self {
        let plain = value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        if plain && (8..=64).contains(&value.len()) { Self(value.into()) } else { Self::fresh() }
    }

    /// The id itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A UUID version 7: ordered by time, also within one millisecond of this process.
pub fn new_uuid() -> Uuid {
    Uuid::now_v7()
}

fn is_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.next().is_some_and(|b| b.is_ascii_lowercase())
        && name.len() <= 40
        && bytes.all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_could_climb_or_inject_are_refused() {
        for bad in ["", "1a", "A", "a/b", "..", "a b", "a_b", "a'", &"a".repeat(41)] {
            assert!(TenantId::new(bad).is_err(), "{bad}");
        }
        assert_eq!(FeatureName::new("use-cases").unwrap().as_str(), "use-cases");
    }

    #[test]
    fn a_strange_request_id_is_replaced() {
        assert_eq!(RequestId::from_header("abcdef-12345").as_str(), "abcdef-12345");
        assert_ne!(RequestId::from_header("a\nb-injected").as_str(), "a\nb-injected");
    }

    #[test]
    fn uuids_are_ordered() {
        let ids: Vec<_> = (0..1000).map(|_| new_uuid()).collect();
        assert!(ids.is_sorted());
    }
}
