//! Names of blobs and ids of staged uploads, checked before they become paths.

use std::path::PathBuf;

use crate::ports::blobs::BlobError;

/// Segments of a name.
const DEEPEST: usize = 8;

/// Ends the last segment on disk. No segment may hold it, so that `a` and `a/b` are different places.
const LEAF: char = '~';

/// Where a blob lies below the folder of kept blobs. Refuses what could climb or surprise: each segment is
/// `[A-Za-z0-9._-]{1,128}` and not dots alone.
pub fn path(name: &str) -> Result<PathBuf, BlobError> {
    let segments: Vec<&str> = name.split('/').collect();
    if segments.len() > DEEPEST || !segments.iter().all(|segment| is_segment(segment)) {
        return Err(BlobError::Rejected);
    }
    Ok(PathBuf::from(format!("{name}{LEAF}")))
}

fn is_segment(segment: &str) -> bool {
    let plain = segment.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'));
    plain && (1..=128).contains(&segment.len()) && !segment.bytes().all(|b| b == b'.')
}

/// Whether this can be the id of a staged upload.
pub fn is_staged_id(id: &str) -> bool {
    id.len() == 32 && id.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

/// A MIME type goes into headers as it is.
pub fn is_media_type(text: &str) -> bool {
    (1..=128).contains(&text.len()) && text.bytes().all(|b| b == b' ' || b.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_names_become_paths() {
        for good in ["a", "2026/11/a.png", "A_b-c.d", ".hidden", "...a"] {
            assert!(path(good).is_ok(), "{good}");
        }
        let long = "a".repeat(129);
        let deep = ["a"; 9].join("/");
        for bad in [
            "", "/", "/a", "a/", "a//b", ".", "..", "a/../b", "...", "a~", "a\\b", "a b", "é", "a\0", "%2e",
            &long, &deep,
        ] {
            assert_eq!(path(bad), Err(BlobError::Rejected), "{bad}");
        }
    }
}
