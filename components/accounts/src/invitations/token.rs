//! What proves that somebody was invited: 32 random bytes, spelled for a URL. Kept as a hash, by which it is found, and
//! sealed, for the letter.

use p2p_sdk::Ctx;
use sha2::{Digest, Sha256};

const BYTES: u32 = 32;

/// A new one.
pub fn make(ctx: &Ctx) -> String {
    ctx.random().bytes(BYTES).iter().fold(String::new(), |token, byte| format!("{token}{byte:02x}"))
}

/// By what it is found. Any text has one.
pub fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}
