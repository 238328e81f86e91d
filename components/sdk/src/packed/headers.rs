//! A packed header list: written by responses, read from requests.

use std::fmt;

/// Bytes of a content type and an ETag, with room.
const HEADERS_USUAL: usize = 96;

/// Headers in order, repeated names allowed, names in lower case.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Headers(Vec<u8>);

impl Headers {
    /// None yet.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Takes a packed list as it is; what is malformed in it reads as its end.
    pub fn from_packed(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// Adds a header.
    pub fn push(&mut self, name: &str, value: &str) {
        // One allocation for the headers that a response usually has.
        if self.0.is_empty() {
            self.0.reserve(HEADERS_USUAL);
        }
        let name_length = u16::try_from(name.len()).unwrap_or(u16::MAX);
        let name = name.get(..usize::from(name_length)).unwrap_or_default();
        self.0.extend_from_slice(&name_length.to_le_bytes());
        self.0.extend(name.bytes().map(|byte| byte.to_ascii_lowercase()));
        self.0.extend_from_slice(&u32::try_from(value.len()).unwrap_or(u32::MAX).to_le_bytes());
        self.0.extend_from_slice(value.as_bytes());
    }

    /// Adds headers that are packed already.
    pub fn extend_packed(&mut self, packed: &[u8]) {
        self.0.extend_from_slice(packed);
    }

    /// The first value of a name (given in lower case), if it is text.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter()
            .find(|(found, _)| *found == name.as_bytes())
            .and_then(|(_, value)| std::str::from_utf8(value).ok())
    }

    /// Names and values in order.
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        let mut rest = self.0.as_slice();
        std::iter::from_fn(move || {
            let (name_length, after) = rest.split_first_chunk::<2>()?;
            let (name, after) = after.split_at_checked(usize::from(u16::from_le_bytes(*name_length)))?;
            let (value_length, after) = after.split_first_chunk::<4>()?;
            let length = usize::try_from(u32::from_le_bytes(*value_length)).ok()?;
            let (value, after) = after.split_at_checked(length)?;
            rest = after;
            Some((name, value))
        })
    }

    /// The packed list.
    pub fn as_packed(&self) -> &[u8] {
        &self.0
    }

    /// The packed list, moved out.
    pub fn into_packed(self) -> Vec<u8> {
        self.0
    }
}

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map()
            .entries(self.iter().map(|(n, v)| (String::from_utf8_lossy(n), String::from_utf8_lossy(v))))
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_pushed_is_found() {
        let mut headers = Headers::new();
        headers.push("X-One", "1");
        headers.push("x-two", "");
        headers.push("x-one", "again");
        assert_eq!(headers.get("x-one"), Some("1"));
        assert_eq!(headers.get("x-two"), Some(""));
        assert_eq!(headers.get("x-three"), None);
        assert_eq!(headers.iter().count(), 3);
    }

    proptest! {
        #[test]
        fn any_bytes_end_somewhere(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            let _ = Headers::from_packed(bytes).iter().count();
        }
    }
}
