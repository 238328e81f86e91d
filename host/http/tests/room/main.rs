//! The HTTP room over real stores, a real identity and a real runtime without features: what every answer carries,
//! whatever is asked, and how connections end.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests may stop with a panic"
)]

mod answers;
mod connections;
mod house;
mod operators;
