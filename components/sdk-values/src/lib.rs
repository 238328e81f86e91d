//! Ids, times, cells of rows, and JSON: what a feature reads and writes by the thousand. A crate of its own, because it is
//! compiled for speed while the rest of the SDK is compiled for size. Features reach it through `p2p-sdk`.

mod cell;
#[cfg(feature = "describe")]
mod describe;
mod hex;
mod json;
pub mod text_form;
mod timestamp;
mod uuid;

pub use cell::{Cell, Cells, FromCell, HEADER, Malformed, VERSION};
pub use json::{from_slice, to_vec};
pub use timestamp::{NotATime, Timestamp};
pub use uuid::{NotAUuid, Uuid};
