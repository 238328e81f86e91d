//! Where the routes of the session protocol lie. Checked when it is made, so that it hides no other address.

use std::fmt;

/// Addresses of the server's own, by their first segment.
const TAKEN: [&str; 6] = ["health", "metrics", "files", "ws", "docs", "redoc"];
/// Features lie here; the protocol may neither be within nor around it.
const FEATURES: &str = "/api/v1";

/// A path such as `/auth`: one or more plain segments, no slash at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BasePath(String);

/// Not a path under which the protocol could lie.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` cannot be the base path of the session protocol: write something like /auth, of letters, digits, `-`, `_` and \
     `.`, that lies beside {FEATURES} and the server's own addresses"
)]
pub struct InvalidBasePath(pub String);

impl BasePath {
    /// Checks a path; a slash at its end is taken off.
    pub fn parse(text: &str) -> Result<Self, InvalidBasePath> {
        let path = text.trim().trim_end_matches('/');
        if is_plain(path) && is_free(path) {
            Ok(Self(path.to_owned()))
        } else {
            Err(InvalidBasePath(text.to_owned()))
        }
    }

    /// The path itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What of a request's path lies below, with the slash before it.
    pub fn below<'a>(&self, path: &'a str) -> Option<&'a str> {
        path.strip_prefix(&self.0).filter(|rest| rest.starts_with('/'))
    }
}

impl Default for BasePath {
    fn default() -> Self {
        Self("/auth".to_owned())
    }
}

impl fmt::Display for BasePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_plain(path: &str) -> bool {
    let is_segment = |segment: &str| {
        let is_plain = segment.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
        !matches!(segment, "" | "." | "..") && is_plain
    };
    path.len() <= 100 && path.strip_prefix('/').is_some_and(|rest| rest.split('/').all(is_segment))
}

fn is_free(path: &str) -> bool {
    let holds = |outer: &str, inner: &str| {
        inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let first = path.split('/').nth(1).unwrap_or_default();
    !holds(path, FEATURES) && !holds(FEATURES, path) && !TAKEN.contains(&first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_path_hides_no_other_address() {
        for (text, path) in [("/auth", "/auth"), ("/people/in/", "/people/in"), ("/api/auth", "/api/auth")] {
            assert_eq!(BasePath::parse(text).unwrap().as_str(), path);
        }
        for bad in [
            "",
            "/",
            "auth",
            "//a",
            "/a//b",
            "/a/../b",
            "/a b",
            "/a%20",
            "/{a}",
            "/api",
            "/api/v1",
            "/api/v1/auth",
            "/files",
            "/health/x",
            "/metrics",
            "/ws",
            "/redoc",
        ] {
            assert!(BasePath::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn only_whole_segments_lie_below() {
        let base = BasePath::default();
        assert_eq!(base.below("/auth/signin"), Some("/signin"));
        assert_eq!(base.below("/auth"), None);
        assert_eq!(base.below("/author/x"), None);
    }
}
