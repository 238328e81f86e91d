//! The answer of a query: read row by row, cell by cell in the order of the columns.

use std::fmt;

use super::{Cell, Cells, FromCell, Malformed};

/// A table of cells.
///
/// Text in it is UTF-8: that is the host's contract, and what is made elsewhere is checked (`checked`) or built from
/// values that are (`RowsBuilder`). Hence the fields are private.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rows {
    pub(crate) columns: u32,
    pub(crate) count: u32,
    pub(crate) data: Vec<u8>,
}

impl Rows {
    /// Takes packed rows from a source that is not the host, after reading all of them once.
    pub fn checked(columns: u32, count: u32, data: Vec<u8>) -> Result<Self, Malformed> {
        let mut cells = Cells::of_untrusted(&data)?;
        for _ in 0..u64::from(columns) * u64::from(count) {
            cells.cell()?;
        }
        if cells.is_empty() { Ok(Self { columns, count, data }) } else { Err(Malformed) }
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.count as usize
    }

    /// How many cells a row has.
    pub fn columns(&self) -> u32 {
        self.columns
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Every row by a function.
    pub fn read<'a, T>(
        &'a self,
        mut each: impl FnMut(&mut Row<'a>) -> Result<T, RowError>,
    ) -> Result<Vec<T>, RowError> {
        let mut row = self.start()?;
        let mut items = Vec::with_capacity(self.len().min(self.data.len()));
        for _ in 0..self.count {
            row.begin(self.columns)?;
            items.push(each(&mut row)?);
        }
        Ok(items)
    }

    /// Every row.
    pub fn all<'a, T: FromRow<'a>>(&'a self) -> Result<Vec<T>, RowError> {
        self.read(T::from_row)
    }

    /// The first row, if there is one.
    pub fn first<'a, T: FromRow<'a>>(&'a self) -> Result<Option<T>, RowError> {
        if self.is_empty() {
            return Ok(None);
        }
        let mut row = self.start()?;
        row.begin(self.columns)?;
        T::from_row(&mut row).map(Some)
    }

    /// The first cell of the first row, if there is one: a count, a sum, an existence.
    pub fn value<'a, T: FromCell<'a>>(&'a self) -> Result<Option<T>, RowError> {
        Ok(self.first::<(T,)>()?.map(|(value,)| value))
    }

    fn start(&self) -> Result<Row<'_>, RowError> {
        // SAFETY: rows are built from `&str`, or checked when made (`checked`), or come from the host, whose contract
        // (wit/platform/types.wit) is that text cells are UTF-8.
        #[expect(unsafe_code, reason = "checking every text again costs a twentieth of a list route")]
        let cells = unsafe { Cells::of_trusted(&self.data) };
        let cells = cells.map_err(|Malformed| RowError { column: 0 })?;
        Ok(Row { cells, column: 0, left: 0 })
    }
}

/// One row on its way out.
#[derive(Debug)]
pub struct Row<'a> {
    cells: Cells<'a>,
    column: u32,
    left: u32,
}

impl<'a> Row<'a> {
    /// The next cell of the row.
    #[inline]
    pub fn get<T: FromCell<'a>>(&mut self) -> Result<T, RowError> {
        let column = self.column;
        self.left = self.left.checked_sub(1).ok_or(RowError { column })?;
        self.column += 1;
        match self.cells.read() {
            Ok(Some(value)) => Ok(value),
            _ => Err(RowError { column }),
        }
    }

    /// Passes over the rest of the row before and stands at the next one.
    #[inline]
    fn begin(&mut self, columns: u32) -> Result<(), RowError> {
        while self.left > 0 {
            self.get::<Cell<'_>>()?;
        }
        self.left = columns;
        self.column = 0;
        Ok(())
    }
}

/// A cell holds another type than the feature reads, or the row has fewer: the statement and its reader disagree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowError {
    /// The column, counted from 0.
    pub column: u32,
}

impl fmt::Display for RowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "column {} of the answer is not what the reader expects", self.column)
    }
}

impl std::error::Error for RowError {}

/// A type that is one row. Made by [`from_row!`](crate::from_row), or by hand where a row needs thought.
pub trait FromRow<'a>: Sized {
    /// Reads its cells in the order of the columns.
    fn from_row(row: &mut Row<'a>) -> Result<Self, RowError>;
}

/// Names the fields of a struct in the order of the columns: `from_row!(Topic<'a> { id, title, created_at });`. Fields that
/// are no columns come after a semicolon and take their default: `from_row!(Note { id, text; html });`
#[macro_export]
macro_rules! from_row {
    ($type:ident<$life:lifetime> { $($field:ident),+ $(; $($other:ident),+)? $(,)? }) => {
        $crate::from_row!(@ [$life] [$type<$life>] [$($field)+] [$($($other)+)?]);
    };
    ($type:ident { $($field:ident),+ $(; $($other:ident),+)? $(,)? }) => {
        $crate::from_row!(@ ['a] [$type] [$($field)+] [$($($other)+)?]);
    };
    (@ [$life:lifetime] [$type:ty] [$($field:ident)+] [$($other:ident)*]) => {
        impl<$life> $crate::FromRow<$life> for $type {
            #[inline]
            fn from_row(row: &mut $crate::Row<$life>) -> ::core::result::Result<Self, $crate::RowError> {
                Ok(Self { $($field: row.get()?,)+ $($other: ::core::default::Default::default(),)* })
            }
        }
    };
}

macro_rules! tuple_row {
    ($($type:ident)+) => {
        impl<'a, $($type: FromCell<'a>),+> FromRow<'a> for ($($type,)+) {
            fn from_row(row: &mut Row<'a>) -> Result<Self, RowError> {
                Ok(($(row.get::<$type>()?,)+))
            }
        }
    };
}

tuple_row!(A);
tuple_row!(A B);
tuple_row!(A B C);
tuple_row!(A B C D);
tuple_row!(A B C D E);
tuple_row!(A B C D E F);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::value::RawValue;

    use super::*;
    use crate::{RowsBuilder, Timestamp, Uuid, params};

    #[derive(Debug, PartialEq)]
    struct Topic<'a> {
        id: Uuid,
        title: &'a str,
        pinned: bool,
        at: Timestamp,
    }
    from_row!(Topic<'a> { id, title, pinned, at });

    fn sqlite_rows() -> Rows {
        let mut rows = RowsBuilder::new(4);
        for n in 0..2u8 {
            rows.push(&[n; 16]);
            rows.push("a");
            rows.push(&i64::from(n));
            rows.push(&7i64);
        }
        rows.finish().unwrap()
    }

    #[test]
    fn a_store_without_native_types_is_read_alike() {
        let rows = sqlite_rows();
        let topics: Vec<Topic<'_>> = rows.all().unwrap();
        assert_eq!(topics.len(), 2);
        assert_eq!(
            topics[1],
            Topic { id: Uuid::from_bytes([1; 16]), title: "a", pinned: true, at: Timestamp(7) }
        );
    }

    #[test]
    fn a_reader_may_read_less_and_never_more() {
        let rows = sqlite_rows();
        assert_eq!(rows.read(|row| row.get::<Uuid>()).unwrap().len(), 2);
        assert_eq!(rows.all::<(Uuid, String, bool, i64, i64)>(), Err(RowError { column: 4 }));
        assert_eq!(rows.all::<(String,)>(), Err(RowError { column: 0 }));
        assert_eq!(rows.value::<Uuid>(), Ok(Some(Uuid::NIL)));
        assert_eq!(Rows::default().value::<i64>(), Ok(None));
    }

    #[test]
    fn json_is_read_as_it_stands_wherever_it_is_kept() {
        let mut rows = RowsBuilder::new(3);
        rows.push(r#"[ "a" ]"#);
        rows.push(&serde_json::json!(["b"]));
        rows.push(&None::<&str>);
        let rows = rows.finish().unwrap();
        let read = rows.all::<(&RawValue, &RawValue, Option<&RawValue>)>().unwrap();
        assert_eq!((read[0].0.get(), read[0].1.get()), (r#"[ "a" ]"#, r#"["b"]"#));
        assert!(read[0].2.is_none());
        let mut rows = RowsBuilder::new(1);
        rows.push("[no JSON");
        let rows = rows.finish().unwrap();
        assert_eq!(rows.value::<&RawValue>().unwrap_err(), RowError { column: 0 });
    }

    #[test]
    fn rows_from_elsewhere_are_checked_whole() {
        let data = params!["ab", 1i64].into_bytes();
        assert!(Rows::checked(2, 1, data.clone()).is_ok());
        assert_eq!(Rows::checked(1, 1, data.clone()), Err(Malformed));
        assert_eq!(Rows::checked(3, 1, data), Err(Malformed));
        assert_eq!(Rows::checked(1, 1, vec![1, 0, 0, 0, 0, 5, 1, 0, 0, 0, 0xff]), Err(Malformed));
    }

    proptest! {
        #[test]
        fn any_bytes_are_cells_or_malformed(data in proptest::collection::vec(any::<u8>(), 0..80)) {
            if let Ok(mut cells) = Cells::of_untrusted(&data) {
                while !cells.is_empty() && cells.cell().is_ok() {}
            }
            let _ = Rows::checked(1, 3, data);
        }
    }
}
