//! What can be found: one row for each thing that other features told of, with its words in the form of the store.

mod bury;
mod entry;
mod kind;
mod vocabulary;
mod words;

pub use bury::{Below, bury};
pub use entry::{Entry, labels, load};
pub use kind::Kind;
