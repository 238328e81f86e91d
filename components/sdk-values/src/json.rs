//! Values to JSON bytes, and back. Leaner than the general writer where answers spend their time: text is scanned eight bytes at a
//! time and copied in runs, and nothing on the way can fail but a map whose keys are no text.

mod block;
mod compound;
mod read;
mod text;

use std::fmt;

use serde::Serialize;
use serde::ser::{Error, Serializer};

use compound::{List, Members};
pub use read::from_slice;
use text::{push_short, push_text};

/// The value as JSON. A value that JSON cannot hold (a map whose keys are no text) becomes `null`; the types of a
/// feature are never such, and the first test of a route shows it.
pub fn to_vec<T: Serialize + ?Sized>(value: &T) -> Vec<u8> {
    let mut writer = Writer { out: Vec::with_capacity(ANSWER_USUAL) };
    match value.serialize(&mut writer) {
        Ok(()) => writer.out,
        Err(Unwritable) => b"null".to_vec(),
    }
}

/// Bytes of a usual answer; a list grows it twice.
const ANSWER_USUAL: usize = 2048;

/// How `serde_json` tells a writer that a value is JSON already, its `RawValue`: a struct and its field of this name.
const RAW: &str = "$serde_json::private::RawValue";

/// Where JSON is written to.
struct Writer {
    out: Vec<u8>,
}

/// A value that JSON cannot hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Unwritable;

impl Error for Unwritable {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

impl fmt::Display for Unwritable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON cannot hold this value")
    }
}

impl std::error::Error for Unwritable {}

type Written = Result<(), Unwritable>;

impl Writer {
    #[inline]
    fn push(&mut self, bytes: &[u8]) -> Written {
        self.out.extend_from_slice(bytes);
        Ok(())
    }

    #[inline(never)]
    fn signed(&mut self, value: i64) -> Written {
        push_short(&mut self.out, itoa::Buffer::new().format(value).as_bytes());
        Ok(())
    }

    #[inline(never)]
    fn unsigned(&mut self, value: u64) -> Written {
        push_short(&mut self.out, itoa::Buffer::new().format(value).as_bytes());
        Ok(())
    }

    /// Numbers with a fraction are rare: the general writer knows how. What is no number becomes `null`.
    #[inline(never)]
    fn real(&mut self, value: f64) -> Written {
        serde_json::to_writer(&mut self.out, &value).map_err(|_| Unwritable)
    }

    /// `{"Variant":`, whose value and closing brace follow.
    fn variant(&mut self, variant: &str) {
        self.out.push(b'{');
        push_text(&mut self.out, variant);
        self.out.push(b':');
    }
}

macro_rules! numbers {
    ($($method:ident $type:ty, $write:ident;)+) => {
        $(#[inline]
        fn $method(self, value: $type) -> Written {
            self.$write(value.into())
        })+
    };
}

impl<'a> Serializer for &'a mut Writer {
    type Ok = ();
    type Error = Unwritable;
    type SerializeSeq = List<'a>;
    type SerializeTuple = List<'a>;
    type SerializeTupleStruct = List<'a>;
    type SerializeTupleVariant = List<'a>;
    type SerializeMap = Members<'a>;
    type SerializeStruct = Members<'a>;
    type SerializeStructVariant = Members<'a>;

    numbers! {
        serialize_i8 i8, signed;
        serialize_i16 i16, signed;
        serialize_i32 i32, signed;
        serialize_i64 i64, signed;
        serialize_u8 u8, unsigned;
        serialize_u16 u16, unsigned;
        serialize_u32 u32, unsigned;
        serialize_u64 u64, unsigned;
        serialize_f32 f32, real;
        serialize_f64 f64, real;
    }

    #[inline]
    fn serialize_bool(self, value: bool) -> Written {
        self.push(if value { b"true" } else { b"false" })
    }

    fn serialize_char(self, value: char) -> Written {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    #[inline]
    fn serialize_str(self, value: &str) -> Written {
        push_text(&mut self.out, value);
        Ok(())
    }

    fn serialize_bytes(self, value: &[u8]) -> Written {
        value.serialize(self)
    }

    #[inline]
    fn serialize_none(self) -> Written {
        self.push(b"null")
    }

    #[inline]
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Written {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Written {
        self.push(b"null")
    }

    fn serialize_unit_struct(self, _: &'static str) -> Written {
        self.push(b"null")
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Written {
        self.serialize_str(variant)
    }

    #[inline]
    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Written {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Written {
        self.variant(variant);
        value.serialize(&mut *self)?;
        self.push(b"}")
    }

    #[inline]
    fn serialize_seq(self, _: Option<usize>) -> Result<List<'a>, Unwritable> {
        Ok(List::begin(self, "]"))
    }

    fn serialize_tuple(self, _: usize) -> Result<List<'a>, Unwritable> {
        Ok(List::begin(self, "]"))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<List<'a>, Unwritable> {
        Ok(List::begin(self, "]"))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<List<'a>, Unwritable> {
        self.variant(variant);
        Ok(List::begin(self, "]}"))
    }

    #[inline]
    fn serialize_map(self, _: Option<usize>) -> Result<Members<'a>, Unwritable> {
        Ok(Members::begin(self, "}"))
    }

    #[inline]
    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Members<'a>, Unwritable> {
        Ok(if name == RAW { Members::raw(self) } else { Members::begin(self, "}") })
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Members<'a>, Unwritable> {
        self.variant(variant);
        Ok(Members::begin(self, "}}"))
    }
}

#[cfg(test)]
mod tests;
