//! The client of a SuperTokens Core against a stand-in that speaks the protocol, and against peers that do not.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

mod authentication;
mod credentials;
mod faults;
mod hosts;
mod lockout;
mod open_sessions;
mod peer;
mod sessions;
mod strangers;
mod stub;
#[path = "../suite/suite.rs"]
mod suite;
mod tenants;
mod world;
