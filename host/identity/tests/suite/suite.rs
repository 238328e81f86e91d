//! What holds whoever keeps credentials and sessions. Each core's tests include it and run it over their own `World`.

mod authentication;
pub mod browser;
mod credentials;
mod lockout;
mod open_sessions;
mod password_change;
mod proofs;
mod protection;
mod restate;
pub mod room;
mod sessions;
