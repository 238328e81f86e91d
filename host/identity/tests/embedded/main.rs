//! The embedded core over real SQLite files, with a clock that moves only when told.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

mod api_keys;
mod audit;
mod authentication;
mod credentials;
mod keys;
mod lockout;
mod open_sessions;
mod outage;
mod plug;
mod proofs;
mod replicas;
mod restate;
mod sessions;
#[path = "../suite/suite.rs"]
mod suite;
mod world;
