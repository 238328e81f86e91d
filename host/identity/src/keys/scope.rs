//! What a key may do: read or write, in one feature or in all of them.

use std::fmt;
use std::str::FromStr;

use p2p_context::FeatureName;

/// Every feature, as it is written.
const ALL: &str = "*";

/// What a request does, as far as keys are concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Right {
    /// Changes nothing.
    Read,
    /// Everything else. Does not include reading.
    Write,
}

/// One right, written `forums:read`, or `*:read` for every feature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyScope {
    /// None for every feature.
    pub feature: Option<FeatureName>,
    /// What may be done there.
    pub right: Right,
}

/// All rights of a key, written with spaces between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyScopes(Vec<KeyScope>);

/// Not a scope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a scope: write `<feature>:read` or `<feature>:write`, or `*` for every feature")]
pub struct InvalidScope(pub String);

impl Right {
    /// The word in a scope.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
        }
    }
}

impl KeyScopes {
    /// These rights. A key without any could do nothing, so there is none.
    pub fn new(scopes: Vec<KeyScope>) -> Option<Self> {
        if scopes.is_empty() { None } else { Some(Self(scopes)) }
    }

    /// Whether a feature may be used so.
    pub fn allow(&self, feature: &FeatureName, right: Right) -> bool {
        let fits = |scope: &KeyScope| {
            scope.right == right && scope.feature.as_ref().is_none_or(|named| named == feature)
        };
        self.0.iter().any(fits)
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &KeyScope> {
        self.0.iter()
    }
}

impl FromStr for KeyScope {
    type Err = InvalidScope;

    fn from_str(text: &str) -> Result<Self, InvalidScope> {
        let invalid = || InvalidScope(text.to_owned());
        let (feature, right) = text.split_once(':').ok_or_else(invalid)?;
        let feature = match feature {
            ALL => None,
            name => Some(FeatureName::new(name).map_err(|_| invalid())?),
        };
        let right = match right {
            "read" => Right::Read,
            "write" => Right::Write,
            _ => return Err(invalid()),
        };
        Ok(Self { feature, right })
    }
}

impl FromStr for KeyScopes {
    type Err = InvalidScope;

    fn from_str(text: &str) -> Result<Self, InvalidScope> {
        let scopes: Result<Vec<_>, _> = text.split_whitespace().map(str::parse).collect();
        Self::new(scopes?).ok_or_else(|| InvalidScope(text.to_owned()))
    }
}

impl fmt::Display for KeyScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let feature = self.feature.as_ref().map_or(ALL, FeatureName::as_str);
        write!(f, "{feature}:{}", self.right.as_str())
    }
}

impl fmt::Display for KeyScopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, scope) in self.0.iter().enumerate() {
            let space = if number == 0 { "" } else { " " };
            write!(f, "{space}{scope}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_opens_what_it_names_and_nothing_else() {
        let scopes: KeyScopes = "forums:read  *:write".parse().unwrap();
        let (forums, accounts) = (FeatureName::new("forums").unwrap(), FeatureName::new("accounts").unwrap());
        assert!(scopes.allow(&forums, Right::Read) && scopes.allow(&forums, Right::Write));
        assert!(!scopes.allow(&accounts, Right::Read) && scopes.allow(&accounts, Right::Write));
        assert_eq!(scopes.to_string(), "forums:read *:write");
    }

    #[test]
    fn what_is_no_scope_is_named() {
        for text in ["", "forums", "forums:admin", ":read", "For ums:read", "*:*"] {
            assert!(text.parse::<KeyScopes>().is_err(), "{text}");
        }
    }
}
