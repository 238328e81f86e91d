//! Refresh tokens: opaque to everybody but us. A token is a sealed ticket, so that only tokens that were issued here
//! can name a session at all; a store keeps only its hash, so that a stolen store opens no session.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

use crate::digest;
use crate::secrets::{NONCE_BYTES, SealingKey, Unreadable};

const CONTEXT: &[u8] = b"refresh token";
/// Far above any that is issued.
const MAX_BYTES: usize = 2 * 1024;

/// What a store keeps of a token: SHA-256 of the hex of its SHA-256. Compared in constant time.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub struct StoredHash(pub [u8; 32]);

/// What a token holds inside.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct RefreshTicket {
    /// The session it belongs to.
    pub handle: String,
    /// Whose session.
    pub user: Uuid,
    /// The token it was traded for; none for the first of a session.
    pub parent: Option<StoredHash>,
    /// What makes this token unlike any other.
    pub unique: [u8; 16],
    /// What the `anti-csrf` header must repeat, when that is asked for.
    pub anti_csrf: Option<String>,
    /// When it was issued, milliseconds since 1970.
    pub issued_ms: i64,
}

impl RefreshTicket {
    /// The token's text.
    pub fn seal(&self, key: &SealingKey, nonce: [u8; NONCE_BYTES]) -> Result<String, Unreadable> {
        let plain = serde_json::to_vec(self).map_err(|_| Unreadable)?;
        Ok(URL_SAFE_NO_PAD.encode(key.seal(nonce, CONTEXT, &plain)?))
    }

    /// The ticket inside, if the token was issued under this key.
    pub fn open(key: &SealingKey, token: &str) -> Result<Self, Unreadable> {
        if token.len() > MAX_BYTES {
            return Err(Unreadable);
        }
        let sealed = URL_SAFE_NO_PAD.decode(token).map_err(|_| Unreadable)?;
        serde_json::from_slice(&key.open(CONTEXT, &sealed)?).map_err(|_| Unreadable)
    }
}

/// SHA-256 of a token in hex, as the access token that came along carries it.
pub fn refresh_token_hash(token: &str) -> String {
    digest(token.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

impl StoredHash {
    /// Of a token's text.
    pub fn of(token: &str) -> Self {
        Self(digest(refresh_token_hash(token).as_bytes()))
    }

    /// From what a store kept.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }
}

impl PartialEq for StoredHash {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for StoredHash {}

impl fmt::Debug for StoredHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoredHash(..)")
    }
}

impl fmt::Debug for RefreshTicket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RefreshTicket({})", self.handle)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secrets::Secrets;

    fn ticket() -> RefreshTicket {
        RefreshTicket {
            handle: "h".into(),
            user: Uuid::from_u128(5),
            parent: Some(StoredHash([9; 32])),
            unique: [1; 16],
            anti_csrf: None,
            issued_ms: 3,
        }
    }

    #[test]
    fn only_the_key_that_sealed_it_opens_it() {
        let secrets = Secrets::new("a secret of some length", []).unwrap();
        let key = secrets.key(&["acme"]);
        let token = ticket().seal(&key, [2; NONCE_BYTES]).unwrap();
        assert_eq!(RefreshTicket::open(&key, &token), Ok(ticket()));
        assert!(RefreshTicket::open(&secrets.key(&["other"]), &token).is_err());
        assert!(!token.contains('h') || !format!("{:?}", ticket()).contains(&token));
        for bad in ["", "x", &token[1..], &format!("{token}A"), &"A".repeat(5000)] {
            assert!(RefreshTicket::open(&key, bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn hashes_are_those_of_the_protocol() {
        let once = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(refresh_token_hash("abc"), once);
        assert_eq!(StoredHash::of("abc"), StoredHash(digest(once.as_bytes())));
        assert_ne!(StoredHash::of("abc"), StoredHash::of("abd"));
        assert_eq!(StoredHash::from_slice(&[1; 31]), None);
    }
}
