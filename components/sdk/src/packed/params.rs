//! Writes the parameters of a statement.

use std::borrow::Cow;
use std::ops::Deref;

use super::PLAIN;
use crate::{Timestamp, Uuid};

/// Packed parameters, made by [`params!`](crate::params).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Params(Vec<u8>);

impl Params {
    /// None yet.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds the next one.
    pub fn push(&mut self, value: &(impl Param + ?Sized)) {
        value.put(self);
    }

    /// The packed list.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    /// With the header of a list, also when no cell follows.
    pub(super) fn started(capacity: usize) -> Self {
        let mut bytes = Vec::with_capacity(capacity);
        bytes.extend_from_slice(&PLAIN);
        Self(bytes)
    }

    #[inline]
    fn cell(&mut self, tag: u8) -> &mut Vec<u8> {
        if self.0.is_empty() {
            *self = Self::started(64);
        }
        self.0.push(tag);
        &mut self.0
    }

    #[inline]
    fn sized(&mut self, tag: u8, payload: &[u8]) {
        let out = self.cell(tag);
        // A cell never comes near 4 GiB: calls and answers are capped long before.
        out.extend_from_slice(&u32::try_from(payload.len()).unwrap_or(u32::MAX).to_le_bytes());
        out.extend_from_slice(payload);
    }

    /// Adds JSON text.
    pub(super) fn json(&mut self, json: &str) {
        self.sized(9, json.as_bytes());
    }
}

impl Deref for Params {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

/// The parameters `$1…$n` of a statement, in order: `params![id, &title, now, None::<&str>]`.
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => {{
        #[allow(unused_mut, reason = "a statement may have no parameter")]
        let mut params = $crate::Params::new();
        $(params.push(&$value);)*
        params
    }};
}

/// A value that may be a parameter. A feature's own types push the value that stands for them.
pub trait Param {
    /// Adds it as one cell.
    fn put(&self, out: &mut Params);
}

macro_rules! param {
    ($($type:ty: |$value:ident, $out:ident| $put:expr;)+) => {
        $(impl Param for $type {
            #[inline]
            fn put(&self, $out: &mut Params) {
                let $value = self;
                $put
            }
        })+
    };
}

param! {
    bool: |value, out| { out.cell(1 + u8::from(*value)); };
    i64: |value, out| out.cell(3).extend_from_slice(&value.to_le_bytes());
    i32: |value, out| out.push(&i64::from(*value));
    u32: |value, out| out.push(&i64::from(*value));
    u16: |value, out| out.push(&i64::from(*value));
    f64: |value, out| out.cell(4).extend_from_slice(&value.to_le_bytes());
    str: |value, out| out.sized(5, value.as_bytes());
    String: |value, out| out.sized(5, value.as_bytes());
    Cow<'_, str>: |value, out| out.sized(5, value.as_bytes());
    [u8]: |value, out| out.sized(6, value);
    Vec<u8>: |value, out| out.sized(6, value);
    Uuid: |value, out| out.cell(7).extend_from_slice(value.as_bytes());
    Timestamp: |value, out| out.cell(8).extend_from_slice(&value.0.to_le_bytes());
    serde_json::Value: |value, out| out.json(&value.to_string());
}

impl<const N: usize> Param for [u8; N] {
    fn put(&self, out: &mut Params) {
        out.sized(6, self);
    }
}

impl<T: Param + ?Sized> Param for &T {
    #[inline]
    fn put(&self, out: &mut Params) {
        (**self).put(out);
    }
}

impl<T: Param> Param for Option<T> {
    #[inline]
    fn put(&self, out: &mut Params) {
        match self {
            Some(value) => value.put(out),
            None => {
                out.cell(0);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Cell, Cells};
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let id = Uuid::from_bytes([7; 16]);
        let params =
            params![id, "سلام", -1i64, None::<&str>, true, Timestamp(5), 1.5, &b"\0\xff"[..], Some(2u32)];
        let mut cells = Cells::of_untrusted(&params).unwrap();
        for wanted in [
            Cell::Uuid(id),
            Cell::Text("سلام"),
            Cell::S64(-1),
            Cell::Null,
            Cell::Bool(true),
            Cell::Timestamp(Timestamp(5)),
            Cell::F64(1.5),
            Cell::Bytes(b"\0\xff"),
            Cell::S64(2),
        ] {
            assert_eq!(cells.cell(), Ok(wanted));
        }
        assert!(cells.is_empty());
    }

    #[test]
    fn no_parameters_are_no_bytes() {
        assert!(params![].is_empty());
    }
}
