//! Writes packed cells.

use p2p_context::Timestamp;
use uuid::Uuid;

use super::{HEADER, VERSION};
use crate::ports::sql::Rows;

/// Appends single cells to a buffer.
pub mod put {
    #![expect(missing_docs, reason = "one function per tag of wit/platform/types.wit")]

    pub fn null(out: &mut Vec<u8>) {
        out.push(0);
    }

    pub fn bool(out: &mut Vec<u8>, value: bool) {
        out.push(1 + u8::from(value));
    }

    pub fn s64(out: &mut Vec<u8>, value: i64) {
        fixed(out, 3, value.to_le_bytes());
    }

    pub fn f64(out: &mut Vec<u8>, value: f64) {
        fixed(out, 4, value.to_le_bytes());
    }

    pub fn text(out: &mut Vec<u8>, value: &str) {
        sized(out, 5, value.as_bytes());
    }

    pub fn bytes(out: &mut Vec<u8>, value: &[u8]) {
        sized(out, 6, value);
    }

    pub fn uuid(out: &mut Vec<u8>, value: &[u8; 16]) {
        out.push(7);
        out.extend_from_slice(value);
    }

    pub fn timestamp(out: &mut Vec<u8>, micros: i64) {
        fixed(out, 8, micros.to_le_bytes());
    }

    pub fn json(out: &mut Vec<u8>, value: &[u8]) {
        sized(out, 9, value);
    }

    fn fixed(out: &mut Vec<u8>, tag: u8, payload: [u8; 8]) {
        let [a, b, c, d, e, f, g, h] = payload;
        out.extend_from_slice(&[tag, a, b, c, d, e, f, g, h]);
    }

    fn sized(out: &mut Vec<u8>, tag: u8, payload: &[u8]) {
        // A cell never passes 4 GiB: answers are capped long before.
        let [a, b, c, d] = u32::try_from(payload.len()).unwrap_or(u32::MAX).to_le_bytes();
        out.extend_from_slice(&[tag, a, b, c, d]);
        out.extend_from_slice(payload);
    }
}

/// Packed parameters of a statement, built in order: `Params::new().uuid(id).text(name)`.
#[derive(Debug, Clone)]
pub struct Params(Vec<u8>);

impl Default for Params {
    fn default() -> Self {
        Self::new()
    }
}

macro_rules! param {
    ($name:ident($value:ident: $type:ty) $put:expr) => {
        #[doc = concat!("Adds a ", stringify!($name), " parameter.")]
        #[must_use]
        pub fn $name(mut self, $value: $type) -> Self {
            ($put)(&mut self.0);
            self
        }
    };
}

impl Params {
    /// No parameters yet.
    pub fn new() -> Self {
        let mut out = Vec::with_capacity(64);
        out.extend_from_slice(&[VERSION, 0, 0, 0, 0]);
        Self(out)
    }

    /// Adds a NULL.
    #[must_use]
    pub fn null(mut self) -> Self {
        put::null(&mut self.0);
        self
    }

    param!(bool(value: bool) |out| put::bool(out, value));
    param!(s64(value: i64) |out| put::s64(out, value));
    param!(f64(value: f64) |out| put::f64(out, value));
    param!(text(value: &str) |out| put::text(out, value));
    param!(bytes(value: &[u8]) |out| put::bytes(out, value));
    param!(uuid(value: Uuid) |out| put::uuid(out, value.as_bytes()));
    param!(timestamp(value: Timestamp) |out| put::timestamp(out, value.0));
    param!(json(value: &[u8]) |out| put::json(out, value));

    /// Adds text, or NULL when there is none.
    #[must_use]
    pub fn text_or_null(self, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.text(value),
            None => self.null(),
        }
    }

    /// The packed list.
    pub fn finish(self) -> Vec<u8> {
        self.0
    }
}

/// Collects an answer: cells are written to `cells`, then `finish` adds the names.
#[derive(Debug)]
pub struct RowsWriter {
    columns: u32,
    count: u32,
    data: Vec<u8>,
}

impl RowsWriter {
    /// An empty answer of so many columns.
    pub fn new(columns: u32) -> Self {
        let mut data = Vec::with_capacity(1024);
        data.extend_from_slice(&[VERSION, 0, 0, 0, 0]);
        Self { columns, count: 0, data }
    }

    /// Where the cells of the row that was begun go.
    pub fn cells(&mut self) -> &mut Vec<u8> {
        &mut self.data
    }

    /// Counts a row whose cells follow.
    pub fn begin_row(&mut self) {
        self.count += 1;
    }

    /// Rows so far.
    pub fn count(&self) -> u32 {
        self.count
    }

    /// Bytes so far.
    pub fn len(&self) -> usize {
        self.data.len()
    }

    /// Whether no row was begun.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Adds the column names and hands the answer over.
    pub fn finish<'a>(mut self, names: impl Iterator<Item = &'a str>) -> Rows {
        let at = u32::try_from(self.data.len()).unwrap_or(0).to_le_bytes();
        if let Some(slot) = self.data.get_mut(1..HEADER) {
            slot.copy_from_slice(&at);
        }
        for name in names {
            let name = name.as_bytes().get(..usize::from(u16::MAX)).unwrap_or(name.as_bytes());
            self.data.extend_from_slice(&u16::try_from(name.len()).unwrap_or(0).to_le_bytes());
            self.data.extend_from_slice(name);
        }
        Rows { columns: self.columns, count: self.count, data: self.data }
    }
}
