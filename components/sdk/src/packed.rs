//! The packed cells and headers of `wit/platform/types.wit`, as guests use them: parameters are written, rows are read
//! by a cursor that borrows from the answer. Hosts have their own; the format is shared, not the code.

mod builder;
mod cell;
mod headers;
mod params;
mod rows;

pub use builder::RowsBuilder;
pub use cell::{Cell, Cells, FromCell, Malformed};
pub use headers::Headers;
pub use params::{Param, Params};
pub use rows::{FromRow, Row, RowError, Rows};

/// First byte of every packed list.
pub(crate) const VERSION: u8 = 1;
/// Version byte and the offset of the names.
pub(crate) const HEADER: usize = 5;
/// What stands before the cells of a list without names.
pub(crate) const PLAIN: [u8; HEADER] = [VERSION, 0, 0, 0, 0];
