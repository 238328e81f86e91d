//! One cell, and the types that can be read from one.

use serde_json::value::RawValue;

use crate::{Timestamp, Uuid};

/// First byte of every packed list.
pub const VERSION: u8 = 1;
/// Version byte and the offset of the names.
pub const HEADER: usize = 5;

/// One cell, borrowed from the bytes it stands in.
#[derive(Debug, Clone, Copy, PartialEq)]
#[expect(missing_docs, reason = "one case per tag of wit/platform/types.wit")]
pub enum Cell<'a> {
    Null,
    Bool(bool),
    S64(i64),
    F64(f64),
    Text(&'a str),
    Bytes(&'a [u8]),
    Uuid(Uuid),
    Timestamp(Timestamp),
    Json(&'a str),
}

/// The bytes are no packed cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed;

/// Walks cells in order.
#[derive(Debug, Clone, Copy)]
pub struct Cells<'a> {
    rest: &'a [u8],
    trusted: bool,
}

impl<'a> Cells<'a> {
    /// Cells of bytes that may be anything, a cursor from a client for example.
    pub fn of_untrusted(data: &'a [u8]) -> Result<Self, Malformed> {
        Self::of(data, false)
    }

    /// Cells whose text is not looked at again.
    ///
    /// # Safety
    /// Text cells in them hold nothing but UTF-8.
    #[expect(unsafe_code, reason = "checking every text again costs a twentieth of a list route")]
    pub unsafe fn of_trusted(data: &'a [u8]) -> Result<Self, Malformed> {
        Self::of(data, true)
    }

    fn of(data: &'a [u8], trusted: bool) -> Result<Self, Malformed> {
        let rest = match data {
            [] => data,
            [VERSION, a, b, c, d, ..] => {
                let names = usize::try_from(u32::from_le_bytes([*a, *b, *c, *d])).map_err(|_| Malformed)?;
                let end = if names == 0 { data.len() } else { names };
                data.get(HEADER..end).ok_or(Malformed)?
            }
            _ => return Err(Malformed),
        };
        Ok(Self { rest, trusted })
    }

    /// Whether every cell was read.
    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The next cell.
    #[inline]
    pub fn cell(&mut self) -> Result<Cell<'a>, Malformed> {
        let (&tag, rest) = self.rest.split_first().ok_or(Malformed)?;
        self.rest = rest;
        Ok(match tag {
            0 => Cell::Null,
            1 => Cell::Bool(false),
            2 => Cell::Bool(true),
            3 => Cell::S64(i64::from_le_bytes(self.fixed()?)),
            4 => Cell::F64(f64::from_le_bytes(self.fixed()?)),
            5 => Cell::Text(self.text()?),
            6 => Cell::Bytes(self.sized()?),
            7 => Cell::Uuid(Uuid::from_bytes(self.fixed()?)),
            8 => Cell::Timestamp(Timestamp(i64::from_le_bytes(self.fixed()?))),
            9 => Cell::Json(self.text()?),
            _ => return Err(Malformed),
        })
    }

    /// The next cell as a type; none when it holds something else.
    #[inline]
    pub fn read<T: FromCell<'a>>(&mut self) -> Result<Option<T>, Malformed> {
        self.cell().map(T::from_cell)
    }

    #[inline]
    fn fixed<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let (bytes, rest) = self.rest.split_first_chunk().ok_or(Malformed)?;
        self.rest = rest;
        Ok(*bytes)
    }

    #[inline]
    fn sized(&mut self) -> Result<&'a [u8], Malformed> {
        let length = usize::try_from(u32::from_le_bytes(self.fixed()?)).map_err(|_| Malformed)?;
        let (bytes, rest) = self.rest.split_at_checked(length).ok_or(Malformed)?;
        self.rest = rest;
        Ok(bytes)
    }

    #[inline]
    fn text(&mut self) -> Result<&'a str, Malformed> {
        let bytes = self.sized()?;
        if self.trusted { Ok(trusted_text(bytes)) } else { std::str::from_utf8(bytes).map_err(|_| Malformed) }
    }
}

#[inline]
#[expect(unsafe_code, reason = "checking every text again costs a twentieth of a list route")]
fn trusted_text(bytes: &[u8]) -> &str {
    // SAFETY: only rows are trusted. Rows are either built from `&str` or checked when made (`Rows::checked`), or come
    // from the host, whose contract (wit/platform/types.wit) is that text cells are UTF-8.
    unsafe { std::str::from_utf8_unchecked(bytes) }
}

/// A type that can be read from a cell.
pub trait FromCell<'a>: Sized {
    /// None when the cell holds something else.
    fn from_cell(cell: Cell<'a>) -> Option<Self>;
}

macro_rules! from_cell {
    ($($type:ty: $($cell:pat => $value:expr),+;)+) => {
        $(impl<'a> FromCell<'a> for $type {
            #[inline]
            fn from_cell(cell: Cell<'a>) -> Option<Self> {
                match cell {
                    $($cell => $value,)+
                    _ => None,
                }
            }
        })+
    };
}

// Stores without a native type answer the nearest one: integers for times and truth values, bytes for UUIDs.
from_cell! {
    bool: Cell::Bool(value) => Some(value), Cell::S64(value) => Some(value != 0);
    i64: Cell::S64(value) => Some(value);
    u64: Cell::S64(value) => u64::try_from(value).ok();
    i32: Cell::S64(value) => i32::try_from(value).ok();
    u32: Cell::S64(value) => u32::try_from(value).ok();
    f64: Cell::F64(value) => Some(value);
    &'a str: Cell::Text(value) | Cell::Json(value) => Some(value);
    String: Cell::Text(value) | Cell::Json(value) => Some(value.to_owned());
    &'a [u8]: Cell::Bytes(value) => Some(value);
    Vec<u8>: Cell::Bytes(value) => Some(value.to_vec());
    Uuid: Cell::Uuid(value) => Some(value), Cell::Bytes(value) => Uuid::from_slice(value);
    Timestamp: Cell::Timestamp(value) => Some(value), Cell::S64(value) => Some(Timestamp(value));
}

impl<'a, T: FromCell<'a>> FromCell<'a> for Option<T> {
    #[inline]
    fn from_cell(cell: Cell<'a>) -> Option<Self> {
        match cell {
            Cell::Null => Some(None),
            cell => T::from_cell(cell).map(Some),
        }
    }
}

/// A column that holds JSON, answered as it stands: native in one store, text in the other.
impl<'a> FromCell<'a> for &'a RawValue {
    fn from_cell(cell: Cell<'a>) -> Option<Self> {
        match cell {
            Cell::Json(text) | Cell::Text(text) => serde_json::from_str(text).ok(),
            _ => None,
        }
    }
}

impl<'a> FromCell<'a> for Cell<'a> {
    fn from_cell(cell: Cell<'a>) -> Option<Self> {
        Some(cell)
    }
}
