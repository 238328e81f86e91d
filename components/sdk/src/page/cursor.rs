//! Where a page ended: the sort values of its last row, packed, versioned and spelled for a URL. It is a hint from a
//! client and never trusted: each value is checked by type, and it can reach nothing that the list itself does not.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::packed::{Cells, FromCell, Params};
use crate::problem::{Code, Problem};

const VERSION: u8 = 1;
/// Longest cursor that is looked at.
const TEXT_MAX: usize = 1024;

/// A place in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    list: u32,
    values: Vec<u8>,
}

impl Cursor {
    /// The place behind a row with these sort values. `list` names the list and its order, so that the cursor of one is
    /// refused by another.
    pub fn new(list: &str, values: Params) -> Self {
        Self { list: fingerprint(list), values: values.into_bytes() }
    }

    /// The sort values, if it is a cursor of this list; 400 `CURSOR_INVALID` otherwise.
    pub fn read<'a, T: CursorParts<'a>>(&'a self, list: &str) -> Result<T, Problem> {
        if self.list != fingerprint(list) {
            return Err(invalid());
        }
        let mut cells = Cells::of_untrusted(&self.values).map_err(|_| invalid())?;
        let values = T::read(&mut cells).ok_or_else(invalid)?;
        if cells.is_empty() { Ok(values) } else { Err(invalid()) }
    }

    pub(super) fn parse(text: &str) -> Result<Self, Problem> {
        if text.len() > TEXT_MAX {
            return Err(invalid());
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| invalid())?;
        match bytes.as_slice() {
            [VERSION, a, b, c, d, values @ ..] => {
                Ok(Self { list: u32::from_le_bytes([*a, *b, *c, *d]), values: values.to_vec() })
            }
            _ => Err(invalid()),
        }
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = vec![VERSION];
        bytes.extend_from_slice(&self.list.to_le_bytes());
        bytes.extend_from_slice(&self.values);
        f.write_str(&URL_SAFE_NO_PAD.encode(bytes))
    }
}

fn invalid() -> Problem {
    Problem::new(Code::CursorInvalid)
}

/// FNV-1a: tells lists apart, proves nothing.
fn fingerprint(list: &str) -> u32 {
    list.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// Sort values of a cursor: a tuple of what cells can hold.
pub trait CursorParts<'a>: Sized {
    #[doc(hidden)]
    fn read(cells: &mut Cells<'a>) -> Option<Self>;
}

macro_rules! cursor_parts {
    ($($type:ident)+) => {
        impl<'a, $($type: FromCell<'a>),+> CursorParts<'a> for ($($type,)+) {
            fn read(cells: &mut Cells<'a>) -> Option<Self> {
                Some(($(cells.read::<$type>().ok()??,)+))
            }
        }
    };
}

cursor_parts!(A);
cursor_parts!(A B);
cursor_parts!(A B C);
cursor_parts!(A B C D);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{Timestamp, Uuid, params};

    #[test]
    fn a_cursor_belongs_to_its_list() {
        let id = Uuid::from_bytes([3; 16]);
        let text = Cursor::new("topics.latest", params![true, Timestamp(7), id]).to_string();
        let cursor = Cursor::parse(&text).unwrap();
        assert_eq!(cursor.read("topics.latest"), Ok((true, Timestamp(7), id)));
        assert!(cursor.read::<(bool, Timestamp, Uuid)>("topics.popular").is_err());
        assert!(cursor.read::<(bool, Timestamp)>("topics.latest").is_err());
        assert!(cursor.read::<(bool, String, Uuid)>("topics.latest").is_err());
    }

    proptest! {
        #[test]
        fn forged_cursors_are_refused_or_read(text in "[A-Za-z0-9_-]{0,60}") {
            if let Ok(cursor) = Cursor::parse(&text) {
                let _ = cursor.read::<(Timestamp, Uuid)>("topics");
            }
        }

        #[test]
        fn a_changed_byte_is_refused_or_read(at in 0usize..40, byte in any::<u8>()) {
            let mut bytes = URL_SAFE_NO_PAD.decode(Cursor::new("t", params!["text", 5i64]).to_string()).unwrap();
            let at = at % bytes.len();
            bytes[at] = byte;
            if let Ok(cursor) = Cursor::parse(&URL_SAFE_NO_PAD.encode(bytes)) {
                let _ = cursor.read::<(String, i64)>("t");
            }
        }
    }
}
