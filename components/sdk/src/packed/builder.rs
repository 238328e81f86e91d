//! Rows that are made here and not by a host's store.

use super::{Malformed, Param, Params, Rows};

/// Builds rows: for hosts that are not components, and for tests.
#[derive(Debug)]
pub struct RowsBuilder {
    columns: u32,
    cells: u32,
    data: Params,
}

impl RowsBuilder {
    /// An empty table of so many columns.
    pub fn new(columns: u32) -> Self {
        Self { columns, cells: 0, data: Params::started(1024) }
    }

    /// Adds the next cell.
    pub fn push(&mut self, value: &(impl Param + ?Sized)) {
        self.data.push(value);
        self.cells += 1;
    }

    /// Adds JSON text as the next cell.
    pub fn push_json(&mut self, json: &str) {
        self.data.json(json);
        self.cells += 1;
    }

    /// Bytes so far.
    pub fn size(&self) -> usize {
        self.data.len()
    }

    /// The table; cells that fill no whole row are refused.
    pub fn finish(self) -> Result<Rows, Malformed> {
        let columns = self.columns.max(1);
        if !self.cells.is_multiple_of(columns) {
            return Err(Malformed);
        }
        Ok(Rows { columns: self.columns, count: self.cells / columns, data: self.data.into_bytes() })
    }
}
