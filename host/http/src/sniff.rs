//! The type of a file by its bytes. What the sender claims does not count.

/// How many bytes are enough to tell: ZIP-based documents show themselves only behind their first entries.
pub const HEAD: usize = 8 << 10;

/// The media type of a file that begins so.
pub fn media_type(head: &[u8]) -> &'static str {
    match infer::get(head) {
        Some(found) => found.mime_type(),
        None if is_text(head) => "text/plain",
        None => "application/octet-stream",
    }
}

fn is_text(head: &[u8]) -> bool {
    let is_control = |b: &u8| b.is_ascii_control() && !b"\t\n\r\x0c".contains(b);
    let is_utf8 = match std::str::from_utf8(head) {
        Ok(_) => true,
        // A character may be cut where the head ends.
        Err(error) => error.error_len().is_none() && head.len() >= HEAD,
    };
    !head.is_empty() && is_utf8 && !head.iter().any(is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_tell_what_a_file_is() {
        for (head, expected) in [
            (b"\x89PNG\r\n\x1a\n....".as_slice(), "image/png"),
            (b"%PDF-1.7", "application/pdf"),
            (b"<!DOCTYPE html><script>", "text/html"),
            ("مرحبا\n".as_bytes(), "text/plain"),
            (b"MZ\x90\x00", "application/vnd.microsoft.portable-executable"),
            (b"\x00\x01\x02", "application/octet-stream"),
            (b"", "application/octet-stream"),
            (b"\xff\xfe\xfd", "application/octet-stream"),
        ] {
            assert_eq!(media_type(head), expected, "{head:?}");
        }
    }

    #[test]
    fn a_character_may_be_cut_at_the_end_of_the_head() {
        let mut long = "م".repeat(HEAD / 2).into_bytes();
        long.insert(0, b'a');
        long.truncate(HEAD);
        assert_eq!(media_type(&long), "text/plain");
    }
}
