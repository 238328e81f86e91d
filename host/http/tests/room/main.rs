//! The HTTP room over real stores and a real identity, before the real runtime without features or before a stand-in: what every answer carries,
//! whatever is asked, and how connections end.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests may stop with a panic"
)]

mod answers;
mod audit;
mod browser;
mod connections;
mod docs;
mod features;
mod house;
mod keys;
mod operators;
mod protocol;
mod rates;
mod stand_in;
