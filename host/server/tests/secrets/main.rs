//! What must never be written down: passwords, tokens and keys, in the log at its most talkative and in the stores.
//! Letters are where some of them belong; the folder of letters is not looked at.

#![cfg(test)]

mod bearers;
mod browser;
mod passwords;
mod stage;
