//! Lists and members between their brackets.

use serde::ser::{
    self, Impossible, Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant,
    SerializeTuple, SerializeTupleStruct, SerializeTupleVariant,
};

use super::text::{push_first_name, push_name, push_short};
use super::{RAW, Unwritable, Writer, Written};

/// What stands between brackets.
pub(super) struct List<'a> {
    writer: &'a mut Writer,
    first: bool,
    close: &'static str,
}

impl<'a> List<'a> {
    #[inline]
    pub(super) fn begin(writer: &'a mut Writer, close: &'static str) -> Self {
        writer.out.push(b'[');
        Self { writer, first: true, close }
    }

    #[inline]
    fn item<T: Serialize + ?Sized>(&mut self, value: &T) -> Written {
        if !std::mem::take(&mut self.first) {
            self.writer.out.push(b',');
        }
        value.serialize(&mut *self.writer)
    }

    #[inline]
    fn close(self) -> Written {
        push_short(&mut self.writer.out, self.close.as_bytes());
        Ok(())
    }
}

/// What stands between braces.
pub(super) struct Members<'a> {
    writer: &'a mut Writer,
    first: bool,
    close: &'static str,
}

impl<'a> Members<'a> {
    #[inline]
    pub(super) fn begin(writer: &'a mut Writer, close: &'static str) -> Self {
        writer.out.push(b'{');
        Self { writer, first: true, close }
    }

    /// No braces: the one member is JSON already.
    #[inline]
    pub(super) fn raw(writer: &'a mut Writer) -> Self {
        Self { writer, first: true, close: "" }
    }

    #[inline(never)]
    fn name(&mut self, name: &str) {
        let push = if std::mem::take(&mut self.first) { push_first_name } else { push_name };
        push(&mut self.writer.out, name);
    }

    #[inline]
    fn member<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Written {
        if name == RAW {
            return value.serialize(Key { writer: self.writer, push: push_raw });
        }
        self.name(name);
        value.serialize(&mut *self.writer)
    }

    #[inline]
    fn close(self) -> Written {
        push_short(&mut self.writer.out, self.close.as_bytes());
        Ok(())
    }
}

macro_rules! lists {
    ($($port:ident $method:ident;)+) => {
        $(impl $port for List<'_> {
            type Ok = ();
            type Error = Unwritable;

            #[inline]
            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Written {
                self.item(value)
            }

            #[inline]
            fn end(self) -> Written {
                self.close()
            }
        })+
    };
}

lists! {
    SerializeSeq serialize_element;
    SerializeTuple serialize_element;
    SerializeTupleStruct serialize_field;
    SerializeTupleVariant serialize_field;
}

macro_rules! members {
    ($($port:ident)+) => {
        $(impl $port for Members<'_> {
            type Ok = ();
            type Error = Unwritable;

            #[inline]
            fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Written {
                self.member(name, value)
            }

            #[inline]
            fn end(self) -> Written {
                self.close()
            }
        })+
    };
}

members! { SerializeStruct SerializeStructVariant }

impl SerializeMap for Members<'_> {
    type Ok = ();
    type Error = Unwritable;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Written {
        let push = if std::mem::take(&mut self.first) { push_first_name } else { push_name };
        key.serialize(Key { writer: self.writer, push })
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Written {
        value.serialize(&mut *self.writer)
    }

    fn end(self) -> Written {
        self.close()
    }
}

/// A key of a map: text, or what is written as text. With `push_raw`, the text of a raw value.
struct Key<'a> {
    writer: &'a mut Writer,
    push: fn(&mut Vec<u8>, &str),
}

fn push_raw(out: &mut Vec<u8>, json: &str) {
    out.extend_from_slice(json.as_bytes());
}

macro_rules! quoted {
    ($($method:ident $type:ty;)+) => {
        $(fn $method(self, value: $type) -> Written {
            (self.push)(&mut self.writer.out, &value.to_string());
            Ok(())
        })+
    };
}

macro_rules! impossible {
    ($($method:ident($($type:ty),*) $answer:ty;)+) => {
        $(fn $method(self, $(_: $type),*) -> Result<$answer, Unwritable> {
            Err(Unwritable)
        })+
    };
}

type Never = Impossible<(), Unwritable>;

impl ser::Serializer for Key<'_> {
    type Ok = ();
    type Error = Unwritable;
    type SerializeSeq = Never;
    type SerializeTuple = Never;
    type SerializeTupleStruct = Never;
    type SerializeTupleVariant = Never;
    type SerializeMap = Never;
    type SerializeStruct = Never;
    type SerializeStructVariant = Never;

    quoted! {
        serialize_bool bool;
        serialize_i8 i8;
        serialize_i16 i16;
        serialize_i32 i32;
        serialize_i64 i64;
        serialize_u8 u8;
        serialize_u16 u16;
        serialize_u32 u32;
        serialize_u64 u64;
        serialize_char char;
    }

    fn serialize_str(self, value: &str) -> Written {
        (self.push)(&mut self.writer.out, value);
        Ok(())
    }

    impossible! {
        serialize_f32(f32) ();
        serialize_f64(f64) ();
        serialize_bytes(&[u8]) ();
        serialize_none() ();
        serialize_unit() ();
        serialize_unit_struct(&'static str) ();
        serialize_seq(Option<usize>) Never;
        serialize_tuple(usize) Never;
        serialize_tuple_struct(&'static str, usize) Never;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) Never;
        serialize_map(Option<usize>) Never;
        serialize_struct(&'static str, usize) Never;
        serialize_struct_variant(&'static str, u32, &'static str, usize) Never;
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Written {
        value.serialize(self)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Written {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Written {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Written {
        Err(Unwritable)
    }
}
