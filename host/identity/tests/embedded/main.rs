//! The embedded core over real SQLite files, with a clock that moves only when told.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

mod authentication;
mod browser;
mod credentials;
mod keys;
mod lockout;
mod outage;
mod protection;
mod replicas;
mod sessions;
mod world;
