//! Packed parameters to PostgreSQL's binary form, each as the type that the server inferred for its place. A cell that
//! cannot become that type is refused before anything is sent.

use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::{PgArgumentBuffer, PgArguments, PgTypeInfo};
use sqlx::{Arguments as _, Encode, Postgres, Type};

use super::kinds::{self, Kind};
use super::numeric;
use crate::packed::{Cell, Cells};
use crate::ports::sql::SqlError;

/// Microseconds between 1970 and 2000, where PostgreSQL begins to count.
pub const EPOCH: i64 = 946_684_800_000_000;

/// The binary form of JSONB begins with its version.
pub const JSONB_VERSION: u8 = 1;

/// A parameter's place: what the server wants there.
#[derive(Debug, Clone)]
pub struct Place {
    /// The server's type.
    pub info: PgTypeInfo,
    /// What that means here.
    pub kind: Kind,
}

/// Binds packed parameters to their places; there must be as many.
pub fn arguments(packed: &[u8], places: &[Place]) -> Result<PgArguments, SqlError> {
    let cells: Result<Vec<_>, _> = Cells::of_params(packed).map_err(|_| malformed())?.collect();
    let cells = cells.map_err(|_| malformed())?;
    let (wanted, given) = (places.len(), cells.len());
    if wanted != given {
        return Err(SqlError::Rejected(format!(
            "the statement takes {wanted} parameters, {given} were given"
        )));
    }
    let mut bound = PgArguments::default();
    for ((cell, place), number) in cells.into_iter().zip(places).zip(1_usize..) {
        let misfit = |error: BoxDynError| SqlError::Rejected(format!("parameter ${number}: {error}"));
        bound.add(Placed { cell, place }).map_err(misfit)?;
    }
    Ok(bound)
}

fn malformed() -> SqlError {
    SqlError::Rejected("malformed packed parameters".to_owned())
}

struct Placed<'a> {
    cell: Cell<'a>,
    place: &'a Place,
}

impl Type<Postgres> for Placed<'_> {
    fn type_info() -> PgTypeInfo {
        kinds::stand_in()
    }
}

impl Encode<'_, Postgres> for Placed<'_> {
    fn encode_by_ref(&self, out: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        if self.cell == Cell::Null {
            return Ok(IsNull::Yes);
        }
        write(out, self.cell, self.place.kind)
            .ok_or_else(|| format!("{} cannot be {:?}", name(self.cell), self.place.kind))?;
        Ok(IsNull::No)
    }

    fn produces(&self) -> Option<PgTypeInfo> {
        Some(self.place.info.clone())
    }
}

/// What people call a cell.
fn name(cell: Cell<'_>) -> &'static str {
    match cell {
        Cell::Null => "null",
        Cell::Bool(_) => "a truth value",
        Cell::S64(_) => "this integer",
        Cell::F64(_) => "a real number",
        Cell::Text(_) => "text",
        Cell::Bytes(_) => "bytes",
        Cell::Uuid(_) => "a uuid",
        Cell::Timestamp(_) => "a time",
        Cell::Json(_) => "JSON",
    }
}

/// Writes a cell as this kind, if it can be one. Beside what is the same on both sides: integers are also times, truth
/// values and real numbers, and uuids are also bytes, as they all are in SQLite.
fn write(out: &mut Vec<u8>, cell: Cell<'_>, kind: Kind) -> Option<()> {
    match (kind, cell) {
        (Kind::Bool, Cell::Bool(value)) => out.push(value.into()),
        (Kind::Bool, Cell::S64(value @ (0 | 1))) => out.push((value == 1).into()),
        (Kind::Text | Kind::Enum, Cell::Text(text) | Cell::Json(text)) => {
            out.extend_from_slice(text.as_bytes())
        }
        (Kind::Json, Cell::Text(text) | Cell::Json(text)) => out.extend_from_slice(text.as_bytes()),
        (Kind::Jsonb, Cell::Text(text) | Cell::Json(text)) => {
            out.push(JSONB_VERSION);
            out.extend_from_slice(text.as_bytes());
        }
        (Kind::Bytea, Cell::Bytes(bytes)) => out.extend_from_slice(bytes),
        (Kind::Bytea | Kind::Uuid, Cell::Uuid(bytes)) => out.extend_from_slice(&bytes),
        (Kind::Uuid, Cell::Bytes(bytes)) if bytes.len() == 16 => out.extend_from_slice(bytes),
        (Kind::Timestamp, Cell::Timestamp(micros) | Cell::S64(micros)) => {
            out.extend_from_slice(&micros.checked_sub(EPOCH)?.to_be_bytes());
        }
        _ => write_number(out, cell, kind)?,
    }
    Some(())
}

fn write_number(out: &mut Vec<u8>, cell: Cell<'_>, kind: Kind) -> Option<()> {
    #[expect(clippy::cast_precision_loss, reason = "a real number is asked for")]
    #[expect(clippy::cast_possible_truncation, reason = "a small one is asked for")]
    match (kind, whole(cell), cell) {
        (Kind::Int2, Some(value), _) => out.extend_from_slice(&i16::try_from(value).ok()?.to_be_bytes()),
        (Kind::Int4, Some(value), _) => out.extend_from_slice(&i32::try_from(value).ok()?.to_be_bytes()),
        (Kind::Int8, Some(value), _) => out.extend_from_slice(&value.to_be_bytes()),
        (Kind::Float4, _, Cell::F64(value)) => out.extend_from_slice(&(value as f32).to_be_bytes()),
        (Kind::Float4, Some(value), _) => out.extend_from_slice(&(value as f32).to_be_bytes()),
        (Kind::Float8, _, Cell::F64(value)) => out.extend_from_slice(&value.to_be_bytes()),
        (Kind::Float8, Some(value), _) => out.extend_from_slice(&(value as f64).to_be_bytes()),
        (Kind::Numeric, _, Cell::F64(value)) if value.is_finite() => {
            out.extend_from_slice(&numeric::encode(&value.to_string())?);
        }
        (Kind::Numeric, Some(value), _) => out.extend_from_slice(&numeric::encode(&value.to_string())?),
        _ => return None,
    }
    Some(())
}

fn whole(cell: Cell<'_>) -> Option<i64> {
    match cell {
        Cell::S64(value) | Cell::Timestamp(value) => Some(value),
        Cell::Bool(value) => Some(value.into()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(cell: Cell<'_>, kind: Kind) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        write(&mut out, cell, kind).map(|()| out)
    }

    #[test]
    fn a_cell_becomes_what_the_place_wants_or_nothing() {
        assert_eq!(written(Cell::S64(7), Kind::Int2), Some(vec![0, 7]));
        assert_eq!(written(Cell::S64(70_000), Kind::Int2), None);
        assert_eq!(written(Cell::S64(7), Kind::Text), None);
        assert_eq!(written(Cell::Text("7"), Kind::Int8), None);
        assert_eq!(written(Cell::F64(7.0), Kind::Int8), None);
        assert_eq!(written(Cell::Timestamp(EPOCH + 1), Kind::Timestamp), Some(1_i64.to_be_bytes().to_vec()));
        assert_eq!(written(Cell::Timestamp(i64::MIN), Kind::Timestamp), None);
        assert_eq!(written(Cell::Json("{}"), Kind::Jsonb), Some(b"\x01{}".to_vec()));
        assert_eq!(written(Cell::Bytes(&[1; 15]), Kind::Uuid), None);
        assert_eq!(written(Cell::F64(f64::NAN), Kind::Numeric), None);
    }
}
