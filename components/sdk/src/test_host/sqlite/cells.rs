//! Packed parameters to SQLite's values, and its rows to packed rows.

use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{AssertSqlSafe, Decode, Row, Sqlite, TypeInfo, ValueRef};

use super::errors::sql_error;
use crate::host::SqlError;
use crate::{Cell, Cells, Rows, RowsBuilder};

/// As the real host: what no reasonable answer passes.
const ROWS_MAX: usize = 5_000;
const BYTES_MAX: usize = 4 << 20;

/// A statement with its parameters.
pub(super) fn bind<'q>(text: &str, params: &[u8]) -> Result<Query<'q, Sqlite, SqliteArguments>, SqlError> {
    let mut query = sqlx::query(AssertSqlSafe(text));
    let mut cells = Cells::of_untrusted(params).map_err(|_| SqlError::Rejected)?;
    let mut bound = 0;
    while !cells.is_empty() {
        query = match cells.cell().map_err(|_| SqlError::Rejected)? {
            Cell::Null => query.bind(None::<i64>),
            Cell::Bool(value) => query.bind(i64::from(value)),
            Cell::S64(value) => query.bind(value),
            Cell::F64(value) => query.bind(value),
            Cell::Text(value) | Cell::Json(value) => query.bind(value.to_owned()),
            Cell::Bytes(value) => query.bind(value.to_vec()),
            Cell::Uuid(value) => query.bind(value.as_bytes().to_vec()),
            Cell::Timestamp(value) => query.bind(value.0),
        };
        bound += 1;
    }
    // SQLite reads a parameter that was forgotten as NULL; other stores refuse it, and so does a test.
    if cfg!(debug_assertions) && bound != highest_parameter(text) {
        return Err(SqlError::Rejected);
    }
    Ok(query)
}

/// The highest `$n` of a statement.
fn highest_parameter(text: &str) -> usize {
    let numbers = text.split('$').skip(1).map(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        rest.get(..end).and_then(|digits| digits.parse().ok()).unwrap_or(0)
    });
    numbers.max().unwrap_or(0)
}

/// Rows as they lie in SQLite: by the class of each value, never by a column's declared type.
pub(super) fn pack(found: &[SqliteRow]) -> Result<Rows, SqlError> {
    let columns = found.first().map_or(0, Row::len);
    let mut rows = RowsBuilder::new(u32::try_from(columns).unwrap_or(u32::MAX));
    for row in found {
        for column in 0..columns {
            pack_cell(&mut rows, row, column).map_err(sql_error)?;
        }
        if rows.size() > BYTES_MAX {
            return Err(SqlError::TooLarge);
        }
    }
    if found.len() > ROWS_MAX {
        return Err(SqlError::TooLarge);
    }
    rows.finish().map_err(|_| SqlError::Rejected)
}

fn pack_cell(rows: &mut RowsBuilder, row: &SqliteRow, column: usize) -> Result<(), sqlx::Error> {
    let value = row.try_get_raw(column)?;
    if value.is_null() {
        rows.push(&None::<i64>);
        return Ok(());
    }
    let packed = match value.type_info().name() {
        "INTEGER" | "BOOLEAN" => <i64 as Decode<Sqlite>>::decode(value).map(|value| rows.push(&value)),
        "REAL" => <f64 as Decode<Sqlite>>::decode(value).map(|value| rows.push(&value)),
        "TEXT" => <&str as Decode<Sqlite>>::decode(value).map(|value| rows.push(value)),
        _ => <&[u8] as Decode<Sqlite>>::decode(value).map(|value| rows.push(value)),
    };
    packed.map_err(sqlx::Error::Decode)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_counted_by_their_highest() {
        assert_eq!(highest_parameter("SELECT 1"), 0);
        assert_eq!(highest_parameter("SELECT $2, $1, $2"), 2);
        assert_eq!(highest_parameter("($10,$1)"), 10);
    }
}
