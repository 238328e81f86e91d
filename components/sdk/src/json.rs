//! Values to JSON bytes.

use serde::Serialize;

/// The value as JSON. A value that JSON cannot hold (a map whose keys are no text) becomes `null`; the types of a
/// feature are never such, and the first test of a route shows it.
pub(crate) fn to_vec<T: Serialize + ?Sized>(value: &T) -> Vec<u8> {
    let mut out = Vec::with_capacity(512);
    if serde_json::to_writer(&mut out, value).is_err() {
        out = b"null".to_vec();
    }
    out
}
