//! PostgreSQL's rows to packed cells, each column by its type.

use sqlx::Row as _;
use sqlx::postgres::PgRow;

use super::kinds::Kind;
use super::numeric::{self, Number};
use super::params::{EPOCH, JSONB_VERSION};
use crate::packed::{RowsWriter, put};
use crate::ports::sql::SqlError;

/// Packs a row whose columns are of these kinds.
pub fn write(rows: &mut RowsWriter, row: &PgRow, kinds: &[Kind]) -> Result<(), SqlError> {
    rows.begin_row();
    let out = rows.cells();
    for (column, kind) in kinds.iter().enumerate() {
        let value = row.try_get_raw(column).map_err(|error| damaged(&error))?;
        match value.as_bytes() {
            Ok(bytes) => write_cell(out, *kind, bytes).ok_or_else(|| damaged(&"a cell is malformed"))?,
            // The only reason it can fail for.
            Err(_) => put::null(out),
        }
    }
    Ok(())
}

fn damaged(reason: &impl ToString) -> SqlError {
    SqlError::Unavailable(reason.to_string())
}

fn write_cell(out: &mut Vec<u8>, kind: Kind, bytes: &[u8]) -> Option<()> {
    match kind {
        Kind::Bool => put::bool(out, bytes.first().is_some_and(|byte| *byte != 0)),
        Kind::Int2 => put::s64(out, i16::from_be_bytes(bytes.try_into().ok()?).into()),
        Kind::Int4 => put::s64(out, i32::from_be_bytes(bytes.try_into().ok()?).into()),
        Kind::Int8 => put::s64(out, i64::from_be_bytes(bytes.try_into().ok()?)),
        Kind::Float4 => put::f64(out, f32::from_be_bytes(bytes.try_into().ok()?).into()),
        Kind::Float8 => put::f64(out, f64::from_be_bytes(bytes.try_into().ok()?)),
        Kind::Numeric => match numeric::decode(bytes)? {
            Number::Whole(value) => put::s64(out, value),
            Number::Real(value) => put::f64(out, value),
        },
        Kind::Text | Kind::Enum => put::text(out, std::str::from_utf8(bytes).ok()?),
        Kind::Json => put::json(out, bytes),
        Kind::Jsonb => put::json(out, bytes.strip_prefix(&[JSONB_VERSION])?),
        Kind::Bytea => put::bytes(out, bytes),
        Kind::Uuid => put::uuid(out, bytes.try_into().ok()?),
        // PostgreSQL's infinities stay the ends of time.
        Kind::Timestamp => {
            put::timestamp(out, i64::from_be_bytes(bytes.try_into().ok()?).saturating_add(EPOCH));
        }
    }
    Some(())
}
