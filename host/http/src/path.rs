//! Paths before routing: one spelling per route, nothing that cannot be decoded.

use std::borrow::Cow;

use http::Uri;
use http::uri::PathAndQuery;
use percent_encoding::percent_decode_str;

use crate::problem::{Code, Problem};

/// Where every route of a feature lies.
pub const API: &str = "/api/v1";
/// Under this a manifest declares routes of the session protocol. They are reached below the protocol's own base path
/// and nowhere else.
const FDI: &str = "/fdi";

/// Checks the path; answers the URI without trailing slashes where the path had some, so that nobody is redirected.
pub fn normalize(uri: &Uri) -> Result<Option<Uri>, Problem> {
    let path = uri.path();
    if path.contains('%') {
        check_encoding(path)?;
    }
    if path.len() < 2 || !path.ends_with('/') {
        return Ok(None);
    }
    let short = match path.trim_end_matches('/') {
        "" => "/",
        short => short,
    };
    let line = match uri.query() {
        Some(query) => Cow::Owned(format!("{short}?{query}")),
        None => Cow::Borrowed(short),
    };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(line.as_ref()).map_err(|_| Code::Malformed)?);
    Uri::from_parts(parts).map(Some).map_err(|_| Code::Malformed.into())
}

/// The part below `/api/v1`, if the path lies there and anybody may ask for it there.
pub fn below_api(path: &str) -> Option<&str> {
    path.strip_prefix(API).filter(|rest| rest.starts_with('/') && !is_fdi(rest))
}

/// A path of the session protocol as a manifest declares it.
pub fn fdi(below_base: &str) -> String {
    format!("{FDI}{below_base}")
}

/// Whether a feature's path belongs to the session protocol.
pub fn is_fdi(path: &str) -> bool {
    path.strip_prefix(FDI).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn check_encoding(path: &str) -> Result<(), Problem> {
    let is_whole = path.split('%').skip(1).all(|rest| {
        let mut digits = rest.bytes();
        digits.next().is_some_and(|b| b.is_ascii_hexdigit())
            && digits.next().is_some_and(|b| b.is_ascii_hexdigit())
    });
    let decoded = percent_decode_str(path).decode_utf8();
    if is_whole && decoded.is_ok_and(|text| !text.contains('\0')) {
        Ok(())
    } else {
        Err(Code::Malformed.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn normalized(path: &str) -> Option<String> {
        let uri: Uri = path.parse().unwrap();
        normalize(&uri).ok().map(|changed| changed.unwrap_or(uri).to_string())
    }

    #[test]
    fn a_trailing_slash_is_the_same_address() {
        for (path, same) in
            [("/a/b/?q=1/", "/a/b?q=1/"), ("/a//", "/a"), ("/", "/"), ("//", "/"), ("/a", "/a")]
        {
            assert_eq!(normalized(path).as_deref(), Some(same), "{path}");
        }
    }

    #[test]
    fn what_cannot_be_decoded_is_refused() {
        for path in ["/a%00", "/a%0", "/%zz", "/%ff", "/a%"] {
            assert_eq!(normalized(path), None, "{path}");
        }
        assert!(normalized("/%D9%85?q=%zz").is_some());
    }

    #[test]
    fn only_whole_segments_are_below_the_api() {
        assert_eq!(below_api("/api/v1/forums"), Some("/forums"));
        assert_eq!(below_api("/api/v10/forums"), None);
        assert_eq!(below_api("/api/v1"), None);
    }

    #[test]
    fn routes_of_the_session_protocol_are_not_below_the_api() {
        assert_eq!(below_api("/api/v1/fdi/signin"), None);
        assert_eq!(below_api("/api/v1/fdi"), None);
        assert_eq!(below_api("/api/v1/fdian"), Some("/fdian"));
        assert!(is_fdi(&fdi("/signin")));
    }
}
