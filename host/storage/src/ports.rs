//! What a store can do, whoever fulfils it. The shapes mirror `wit/platform`; the meaning of each operation is
//! written there and tested by the conformance suites.

pub mod blobs;
pub mod cache;
pub mod documents;
pub mod events;
pub mod migrations;
pub mod sql;
pub mod stores;
