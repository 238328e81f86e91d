//! What tests of the whole host share: where the built components lie, components made from text, and a host in this
//! process with real stores and real sessions. Peers run in processes of their own. Never a stand-in for a part of the
//! host.

pub mod built;
pub mod chosen;
pub mod core;
pub mod document;
pub mod host;
pub mod letters;
pub mod made;
pub mod people;
pub mod recorded;
pub mod slow;
pub mod smtp;
