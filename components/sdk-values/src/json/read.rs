//! JSON bytes to values: looked through once as a whole, sixteen bytes at a time, so that no text in them has to be looked
//! at again.

use serde::de::{Deserialize, Error as _};

/// The value that these bytes are as JSON. Bytes that are no UTF-8 are no JSON, wherever they stand (RFC 8259, section 8.1).
pub fn from_slice<'a, T: Deserialize<'a>>(json: &'a [u8]) -> serde_json::Result<T> {
    let text = simdutf8::basic::from_utf8(json);
    serde_json::from_str(text.map_err(|_| serde_json::Error::custom("bytes that are no UTF-8"))?)
}
