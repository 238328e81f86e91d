//! The packed cells and headers of `wit/platform/types.wit`, as guests use them: parameters are written, rows are read
//! by a cursor that borrows from the answer. Hosts have their own; the format is shared, not the code.

mod builder;
mod headers;
mod params;
mod rows;

pub use p2p_values::{Cell, Cells, FromCell, Malformed};
use p2p_values::{HEADER, VERSION};

pub use builder::RowsBuilder;
pub use headers::Headers;
pub use params::{Param, Params};
pub use rows::{FromRow, Row, RowError, Rows};

/// What stands before the cells of a list without names.
pub(crate) const PLAIN: [u8; HEADER] = [VERSION, 0, 0, 0, 0];
