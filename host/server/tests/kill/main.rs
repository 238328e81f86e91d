//! `kill -9` in a loop, against the real binary: what was acknowledged is there, what was not is there whole or not at
//! all.

#![cfg(test)]

mod invitations;
mod moment;
mod server;
mod sign_ups;
mod writes;
