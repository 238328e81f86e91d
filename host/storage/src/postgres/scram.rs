//! A role's password as PostgreSQL keeps it, made here so that the password itself is in no statement and in no log.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

/// What PostgreSQL itself takes.
const ITERATIONS: u32 = 4096;

/// The text of `CREATE ROLE … PASSWORD` for SCRAM-SHA-256 (RFC 5802). The password is ASCII.
pub fn verifier(password: &str, salt: &[u8; 16]) -> String {
    let salted = salted(password.as_bytes(), salt);
    let client_key = sign(&salted, &[b"Client Key"]);
    let stored_key: [u8; 32] = Sha256::digest(client_key).into();
    let server_key = sign(&salted, &[b"Server Key"]);
    format!(
        "SCRAM-SHA-256${ITERATIONS}:{}${}:{}",
        STANDARD.encode(salt),
        STANDARD.encode(stored_key),
        STANDARD.encode(server_key)
    )
}

/// One block of PBKDF2.
fn salted(password: &[u8], salt: &[u8; 16]) -> [u8; 32] {
    let mut latest = sign(password, &[salt, &1_u32.to_be_bytes()]);
    let mut sum = latest;
    for _ in 1..ITERATIONS {
        latest = sign(password, &[&latest]);
        sum.iter_mut().zip(latest).for_each(|(sum, byte)| *sum ^= byte);
    }
    sum
}

/// HMAC with a key no longer than the hash's block.
fn sign(key: &[u8], message: &[&[u8]]) -> [u8; 32] {
    let mut block = [0; 64];
    block.iter_mut().zip(key).for_each(|(slot, byte)| *slot = *byte);
    let mut mac = Hmac::<Sha256>::new(&block.into());
    for part in message {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The exchange of RFC 7677, whose keys follow from this password and salt.
    #[test]
    fn a_known_password_has_its_known_verifier() {
        let salt = STANDARD.decode("W22ZaJ0SNY7soEsUEjb6gQ==").unwrap();
        let text = verifier("pencil", salt.as_slice().try_into().unwrap());
        let keys =
            "WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=";
        assert_eq!(text, format!("SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==${keys}"));
    }
}
