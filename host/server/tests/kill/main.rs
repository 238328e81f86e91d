//! `kill -9` in a loop, against the real binary: what was acknowledged is there, what was not is there whole or not at
//! all.

#![cfg(test)]

mod chance;
mod flows;
mod invitations;
mod moment;
#[path = "../../../storage/tests/mongo/server.rs"]
#[expect(dead_code, reason = "here it lives on")]
mod mongo;
#[path = "../../../storage/tests/postgres/own_server.rs"]
#[expect(dead_code, reason = "here it lives on")]
mod postgres;
mod runs;
mod server;
mod sign_ups;
mod writes;
