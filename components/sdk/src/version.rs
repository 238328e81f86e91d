//! Versions of things that are edited: `ETag` out, `If-Match` in. A stale write is 409 and changes nothing.

use crate::problem::{Code, Problem};

/// How often a thing was written: 1 when it was made.
pub type Version = i64;

/// The `ETag` of a version.
pub(crate) fn etag(version: Version) -> String {
    format!("\"{version}\"")
}

/// The version an `If-Match` names; none for `*`. A tag that is none of ours can match nothing.
pub(crate) fn parse_if_match(header: &str) -> Result<Option<Version>, Problem> {
    let tag = header.trim();
    if tag == "*" {
        return Ok(None);
    }
    let tag = tag.strip_prefix("W/").unwrap_or(tag);
    let version =
        tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"')).and_then(|tag| tag.parse().ok());
    version.map(Some).ok_or_else(|| Problem::new(Code::VersionConflict))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_come_back() {
        assert_eq!(parse_if_match(&etag(7)), Ok(Some(7)));
        assert_eq!(parse_if_match(" W/\"7\" "), Ok(Some(7)));
        assert_eq!(parse_if_match("*"), Ok(None));
        for foreign in ["", "7", "\"abc\"", "\"7", "\"7\", \"8\""] {
            assert_eq!(parse_if_match(foreign).unwrap_err().code(), Code::VersionConflict, "{foreign}");
        }
    }
}
