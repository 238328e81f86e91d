//! Reads packed cells without trusting them: whatever a guest sends, the answer is a cell or `Malformed`.

use p2p_context::Timestamp;
use uuid::Uuid;

use super::{HEADER, VERSION};
use crate::ports::sql::Rows;

/// The bytes are not packed cells, or a cell is not of the wanted type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("malformed packed cells")]
pub struct Malformed;

/// One cell, borrowed.
#[derive(Debug, Clone, Copy, PartialEq)]
#[expect(missing_docs, reason = "one case per tag of wit/platform/types.wit")]
pub enum Cell<'a> {
    Null,
    Bool(bool),
    S64(i64),
    F64(f64),
    Text(&'a str),
    Bytes(&'a [u8]),
    Uuid([u8; 16]),
    Timestamp(i64),
    Json(&'a str),
}

/// Walks cells in order.
#[derive(Debug, Clone)]
pub struct Cells<'a> {
    rest: &'a [u8],
}

impl<'a> Cells<'a> {
    /// Cells of a packed list that has no names (parameters).
    pub fn of_params(data: &'a [u8]) -> Result<Self, Malformed> {
        match data {
            [] => Ok(Self { rest: data }),
            [VERSION, 0, 0, 0, 0, rest @ ..] => Ok(Self { rest }),
            _ => Err(Malformed),
        }
    }

    fn of_rows(data: &'a [u8]) -> Result<Self, Malformed> {
        match data {
            [] => Ok(Self { rest: data }),
            [VERSION, a, b, c, d, ..] => {
                let names = u32::from_le_bytes([*a, *b, *c, *d]) as usize;
                let end = if names == 0 { data.len() } else { names };
                data.get(HEADER..end).map(|rest| Self { rest }).ok_or(Malformed)
            }
            _ => Err(Malformed),
        }
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], Malformed> {
        let (head, rest) = self.rest.split_at_checked(length).ok_or(Malformed)?;
        self.rest = rest;
        Ok(head)
    }

    fn fixed<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        self.take(N)?.try_into().map_err(|_| Malformed)
    }

    fn sized(&mut self) -> Result<&'a [u8], Malformed> {
        let length = u32::from_le_bytes(self.fixed()?);
        self.take(length as usize)
    }

    fn str(&mut self) -> Result<&'a str, Malformed> {
        std::str::from_utf8(self.sized()?).map_err(|_| Malformed)
    }

    fn cell(&mut self) -> Result<Cell<'a>, Malformed> {
        let [tag] = self.fixed()?;
        Ok(match tag {
            0 => Cell::Null,
            1 => Cell::Bool(false),
            2 => Cell::Bool(true),
            3 => Cell::S64(i64::from_le_bytes(self.fixed()?)),
            4 => Cell::F64(f64::from_le_bytes(self.fixed()?)),
            5 => Cell::Text(self.str()?),
            6 => Cell::Bytes(self.sized()?),
            7 => Cell::Uuid(self.fixed()?),
            8 => Cell::Timestamp(i64::from_le_bytes(self.fixed()?)),
            9 => Cell::Json(self.str()?),
            _ => return Err(Malformed),
        })
    }
}

impl<'a> Iterator for Cells<'a> {
    type Item = Result<Cell<'a>, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let cell = self.cell();
        if cell.is_err() {
            self.rest = &[];
        }
        Some(cell)
    }
}

/// Reads an answer row by row, for the rooms of the host that use the SQL port themselves.
#[derive(Debug)]
pub struct RowReader<'a> {
    cells: Cells<'a>,
    left: u32,
}

impl<'a> RowReader<'a> {
    /// Stands before the first row.
    pub fn new(rows: &'a Rows) -> Result<Self, Malformed> {
        Ok(Self { cells: Cells::of_rows(&rows.data)?, left: rows.count })
    }

    /// Goes to the next row; false when there is none. Read every cell of a row before going on.
    pub fn advance(&mut self) -> bool {
        let more = self.left > 0;
        self.left = self.left.saturating_sub(1);
        more
    }

    /// The next cell.
    pub fn cell(&mut self) -> Result<Cell<'a>, Malformed> {
        self.cells.next().ok_or(Malformed)?
    }

    /// The next cell as text; NULL is none.
    pub fn text_or_null(&mut self) -> Result<Option<&'a str>, Malformed> {
        match self.cell()? {
            Cell::Null => Ok(None),
            Cell::Text(text) | Cell::Json(text) => Ok(Some(text)),
            _ => Err(Malformed),
        }
    }

    /// The next cell as text.
    pub fn text(&mut self) -> Result<&'a str, Malformed> {
        self.text_or_null()?.ok_or(Malformed)
    }

    /// The next cell as an integer; NULL is none.
    pub fn s64_or_null(&mut self) -> Result<Option<i64>, Malformed> {
        match self.cell()? {
            Cell::Null => Ok(None),
            Cell::S64(value) | Cell::Timestamp(value) => Ok(Some(value)),
            _ => Err(Malformed),
        }
    }

    /// The next cell as an integer.
    pub fn s64(&mut self) -> Result<i64, Malformed> {
        self.s64_or_null()?.ok_or(Malformed)
    }

    /// The next cell as a truth value; stores without one keep 0 and 1.
    pub fn bool(&mut self) -> Result<bool, Malformed> {
        match self.cell()? {
            Cell::Bool(value) => Ok(value),
            Cell::S64(value) => Ok(value != 0),
            _ => Err(Malformed),
        }
    }

    /// The next cell as a time; NULL is none.
    pub fn timestamp_or_null(&mut self) -> Result<Option<Timestamp>, Malformed> {
        Ok(self.s64_or_null()?.map(Timestamp))
    }

    /// The next cell as a time.
    pub fn timestamp(&mut self) -> Result<Timestamp, Malformed> {
        self.s64().map(Timestamp)
    }

    /// The next cell as a UUID; NULL is none.
    pub fn uuid_or_null(&mut self) -> Result<Option<Uuid>, Malformed> {
        match self.cell()? {
            Cell::Null => Ok(None),
            Cell::Uuid(bytes) => Ok(Some(Uuid::from_bytes(bytes))),
            Cell::Bytes(bytes) => Uuid::from_slice(bytes).map(Some).map_err(|_| Malformed),
            _ => Err(Malformed),
        }
    }

    /// The next cell as a UUID.
    pub fn uuid(&mut self) -> Result<Uuid, Malformed> {
        self.uuid_or_null()?.ok_or(Malformed)
    }

    /// The next cell as bytes; NULL is none.
    pub fn bytes_or_null(&mut self) -> Result<Option<&'a [u8]>, Malformed> {
        match self.cell()? {
            Cell::Null => Ok(None),
            Cell::Bytes(bytes) => Ok(Some(bytes)),
            _ => Err(Malformed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Params, RowsWriter, put};
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let id = Uuid::from_u128(7);
        let packed =
            Params::new().uuid(id).text("سلام").s64(-1).null().bool(true).timestamp(Timestamp(5)).finish();
        let cells: Result<Vec<_>, _> = Cells::of_params(&packed).unwrap().collect();
        assert_eq!(
            cells.unwrap(),
            vec![
                Cell::Uuid(*id.as_bytes()),
                Cell::Text("سلام"),
                Cell::S64(-1),
                Cell::Null,
                Cell::Bool(true),
                Cell::Timestamp(5)
            ]
        );
    }

    #[test]
    fn rows_end_before_their_names() {
        let mut writer = RowsWriter::new(1);
        writer.begin_row();
        put::s64(writer.cells(), 9);
        let rows = writer.finish(["n"].into_iter());
        let mut reader = RowReader::new(&rows).unwrap();
        assert!(reader.advance());
        assert_eq!(reader.s64(), Ok(9));
        assert!(!reader.advance());
        assert_eq!(reader.cell(), Err(Malformed));
    }

    #[test]
    fn cut_or_foreign_bytes_are_malformed_never_a_panic() {
        let packed = Params::new().text("hello").bytes(&[1, 2, 3]).finish();
        for end in 1..packed.len() {
            if let Ok(cells) = Cells::of_params(&packed[..end]) {
                let _ = cells.collect::<Vec<_>>();
            }
        }
        assert_eq!(Cells::of_params(&[2, 0, 0, 0, 0]).err(), Some(Malformed));
        let bad = [VERSION, 0, 0, 0, 0, 5, 255, 255, 255, 255, b'x'];
        assert_eq!(Cells::of_params(&bad).unwrap().next(), Some(Err(Malformed)));
    }
}
