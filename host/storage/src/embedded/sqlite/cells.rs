//! Packed cells to SQLite's values and back, without a shape in between.

use futures::StreamExt;
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteConnection, SqliteRow};
use sqlx::{Arguments, Decode, Either, Encode, Executor, Row, Sqlite, Type, TypeInfo, ValueRef};

use super::errors::sql_error;
use crate::packed::{Cell, Cells, Params, RowsWriter, put};
use crate::ports::sql::SqlError;
use crate::ports::stores::StoreLimits;

/// Binds a feature's packed parameters; there must be as many as the statement takes.
pub fn arguments(params: &[u8], wanted: usize) -> Result<SqliteArguments, SqlError> {
    let mut bound = SqliteArguments::default();
    add_arguments(&mut bound, params, wanted)?;
    Ok(bound)
}

/// The same behind those of other statements.
pub fn add_arguments(bound: &mut SqliteArguments, params: &[u8], wanted: usize) -> Result<(), SqlError> {
    let before = bound.len();
    bind_all(bound, params)?;
    match bound.len() - before {
        given if given == wanted => Ok(()),
        given => {
            let why = format!("the statement takes {wanted} parameters, {given} were given");
            Err(SqlError::Rejected(why))
        }
    }
}

/// Binds this room's own parameters.
pub fn host_arguments(params: Params) -> Result<SqliteArguments, SqlError> {
    let mut bound = SqliteArguments::default();
    bind_all(&mut bound, &params.finish())?;
    Ok(bound)
}

fn bind_all(bound: &mut SqliteArguments, params: &[u8]) -> Result<(), SqlError> {
    for cell in Cells::of_params(params).map_err(|_| malformed())? {
        bind(bound, cell.map_err(|_| malformed())?)?;
    }
    Ok(())
}

fn bind(bound: &mut SqliteArguments, cell: Cell<'_>) -> Result<(), SqlError> {
    match cell {
        Cell::Null => add(bound, None::<i64>),
        Cell::Bool(value) => add(bound, i64::from(value)),
        Cell::S64(value) | Cell::Timestamp(value) => add(bound, value),
        Cell::F64(value) => add(bound, value),
        Cell::Text(value) | Cell::Json(value) => add(bound, value),
        Cell::Bytes(value) => add(bound, value),
        Cell::Uuid(value) => add(bound, value.as_slice()),
    }
}

fn add<'q, T: Encode<'q, Sqlite> + Type<Sqlite>>(
    bound: &mut SqliteArguments,
    value: T,
) -> Result<(), SqlError> {
    bound.add(value).map_err(|error| SqlError::Rejected(error.to_string()))
}

fn malformed() -> SqlError {
    SqlError::Rejected("malformed packed parameters".to_owned())
}

/// Runs a reading statement and packs its rows as they come; none when there are none. The last row is handed back
/// for its column names. After a failure the statement may still be running.
pub async fn fetch(
    connection: &mut SqliteConnection,
    query: Query<'_, Sqlite, SqliteArguments>,
    limits: StoreLimits,
) -> Result<Option<(RowsWriter, SqliteRow)>, SqlError> {
    let mut answers = connection.fetch_many(query);
    let mut packed: Option<(RowsWriter, SqliteRow)> = None;
    while let Some(answer) = answers.next().await {
        let Either::Right(row) = answer.map_err(sql_error)? else { continue };
        let mut rows = match packed.take() {
            Some((rows, _)) => rows,
            None => RowsWriter::new(u32::try_from(row.len()).unwrap_or(u32::MAX)),
        };
        write_row(&mut rows, &row)?;
        if rows.count() > limits.rows || rows.len() > limits.bytes {
            return Err(SqlError::TooLarge);
        }
        packed = Some((rows, row));
    }
    Ok(packed)
}

/// Writes a row as it lies in SQLite: by the class of each stored value, never by a column's declared type.
fn write_row(rows: &mut RowsWriter, row: &SqliteRow) -> Result<(), SqlError> {
    rows.begin_row();
    let out = rows.cells();
    (0..row.len())
        .try_for_each(|column| write_cell(out, row, column))
        .map_err(|error| SqlError::Unavailable(error.to_string()))
}

fn write_cell(out: &mut Vec<u8>, row: &SqliteRow, column: usize) -> Result<(), sqlx::Error> {
    let value = row.try_get_raw(column)?;
    if value.is_null() {
        put::null(out);
        return Ok(());
    }
    let decoded = match value.type_info().name() {
        "INTEGER" => <i64 as Decode<Sqlite>>::decode(value).map(|value| put::s64(out, value)),
        "REAL" => <f64 as Decode<Sqlite>>::decode(value).map(|value| put::f64(out, value)),
        "TEXT" => <&[u8] as Decode<Sqlite>>::decode(value).map(|value| put_text(out, value)),
        _ => <&[u8] as Decode<Sqlite>>::decode(value).map(|value| put::bytes(out, value)),
    };
    decoded.map_err(sqlx::Error::Decode)
}

/// SQLite keeps whatever bytes it was given as text; readers are promised UTF-8.
fn put_text(out: &mut Vec<u8>, bytes: &[u8]) {
    match std::str::from_utf8(bytes) {
        Ok(text) => put::text(out, text),
        Err(_) => put::text(out, &String::from_utf8_lossy(bytes)),
    }
}
