//! The packed cells of `wit/platform/types.wit`: written by drivers straight into one buffer, read by a cursor that
//! borrows from it. Guests have their own reader; the format, not code, is shared.

mod reader;
mod writer;

pub use reader::{Cell, Cells, Malformed, RowReader};
pub use writer::{Params, RowsWriter, put};

/// First byte of every packed list.
pub const VERSION: u8 = 1;
/// Version byte and the offset of the names.
pub const HEADER: usize = 5;
