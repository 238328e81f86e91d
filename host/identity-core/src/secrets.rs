//! Sealing with keys that are derived from the deployment's secret, one per purpose, so that what is sealed for one
//! tenant and feature opens for no other. Nonces are handed in.

use std::fmt;

use aes_gcm::aead::{Aead as _, KeyInit as _, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use hkdf::Hkdf;
use sha2::Sha256;

/// Random bytes for each sealing.
pub const NONCE_BYTES: usize = 12;
const SALT: &[u8] = b"p2p sealing keys, version 1";
const SHORTEST: usize = 16;

/// A secret is too short to derive keys from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a secret key has at least 16 bytes")]
pub struct SecretTooShort;

/// Not sealed under this key for this purpose, or altered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("unreadable")]
pub struct Unreadable;

/// The deployment's secrets: the first seals, all of them open.
#[derive(Clone)]
pub struct Secrets(Vec<Root>);

#[derive(Clone)]
struct Root {
    id: u8,
    hkdf: Hkdf<Sha256>,
}

/// What seals and opens for one purpose.
#[derive(Clone)]
pub struct SealingKey(Vec<(u8, Aes256Gcm)>);

impl Secrets {
    /// The current secret, and older ones that still open what they sealed.
    pub fn new<'a>(
        current: &'a str,
        older: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, SecretTooShort> {
        std::iter::once(current).chain(older).map(Root::new).collect::<Result<_, _>>().map(Self)
    }

    /// The key for a purpose, named by a path of words such as tenant, feature and use.
    pub fn key(&self, path: &[&str]) -> SealingKey {
        SealingKey(self.0.iter().map(|root| (root.id, root.cipher(path))).collect())
    }
}

impl Root {
    fn new(secret: &str) -> Result<Self, SecretTooShort> {
        if secret.len() < SHORTEST {
            return Err(SecretTooShort);
        }
        let hkdf = Hkdf::new(Some(SALT), secret.as_bytes());
        let [id] = derive(&hkdf, &[]);
        Ok(Self { id, hkdf })
    }

    fn cipher(&self, path: &[&str]) -> Aes256Gcm {
        let key: [u8; 32] = derive(&self.hkdf, path);
        Aes256Gcm::new(&key.into())
    }
}

impl SealingKey {
    /// Encrypts and binds to `context`, which must be given again to open. The first byte of the answer names the
    /// secret, so that a rotated one is found without trying all.
    pub fn seal(
        &self,
        nonce: [u8; NONCE_BYTES],
        context: &[u8],
        plain: &[u8],
    ) -> Result<Vec<u8>, Unreadable> {
        let (id, cipher) = self.0.first().ok_or(Unreadable)?;
        let body = cipher
            .encrypt(&Nonce::from(nonce), Payload { msg: plain, aad: context })
            .map_err(|_| Unreadable)?;
        let mut sealed = Vec::with_capacity(1 + NONCE_BYTES + body.len());
        sealed.push(*id);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(&body);
        Ok(sealed)
    }

    /// Decrypts what `seal` answered.
    pub fn open(&self, context: &[u8], sealed: &[u8]) -> Result<Vec<u8>, Unreadable> {
        let (id, rest) = sealed.split_first().ok_or(Unreadable)?;
        let (nonce, body) = rest.split_first_chunk::<NONCE_BYTES>().ok_or(Unreadable)?;
        // Two secrets may share an id: one byte is a hint, the tag decides.
        self.0
            .iter()
            .filter(|(key_id, _)| key_id == id)
            .find_map(|(_, cipher)| {
                cipher.decrypt(&Nonce::from(*nonce), Payload { msg: body, aad: context }).ok()
            })
            .ok_or(Unreadable)
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secrets({})", self.0.len())
    }
}

impl fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealingKey(..)")
    }
}

/// Each word goes in with its length, so that no two paths look alike.
fn derive<const N: usize>(hkdf: &Hkdf<Sha256>, path: &[&str]) -> [u8; N] {
    let lengths: Vec<[u8; 8]> = path.iter().map(|word| (word.len() as u64).to_be_bytes()).collect();
    let info: Vec<&[u8]> =
        path.iter().zip(&lengths).flat_map(|(word, length)| [&length[..], word.as_bytes()]).collect();
    let mut out = [0; N];
    // Refused only past 255 blocks; one is the most that is asked for.
    let _ = hkdf.expand_multi_info(&info, &mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "an old secret of some length";
    const NEW: &str = "a new secret of some length";
    const NONCE: [u8; NONCE_BYTES] = [3; NONCE_BYTES];

    #[test]
    fn opens_only_for_its_own_purpose_and_context() {
        let secrets = Secrets::new(NEW, []).unwrap();
        let sealed = secrets.key(&["acme", "forums"]).seal(NONCE, b"x", b"hello").unwrap();
        assert_eq!(secrets.key(&["acme", "forums"]).open(b"x", &sealed), Ok(b"hello".to_vec()));
        for path in [&["other", "forums"][..], &["acme", "search"], &["acmef", "orums"], &["acme"], &[]] {
            assert_eq!(secrets.key(path).open(b"x", &sealed), Err(Unreadable), "{path:?}");
        }
        assert_eq!(secrets.key(&["acme", "forums"]).open(b"y", &sealed), Err(Unreadable));
    }

    #[test]
    fn an_older_secret_still_opens_until_it_is_retired() {
        let sealed = Secrets::new(OLD, []).unwrap().key(&["a"]).seal(NONCE, b"", b"hello").unwrap();
        let rotated = Secrets::new(NEW, [OLD]).unwrap().key(&["a"]);
        assert_eq!(rotated.open(b"", &sealed), Ok(b"hello".to_vec()));
        assert_ne!(rotated.seal(NONCE, b"", b"hello").unwrap(), sealed);
        assert_eq!(Secrets::new(NEW, []).unwrap().key(&["a"]).open(b"", &sealed), Err(Unreadable));
    }

    #[test]
    fn any_change_or_cut_is_noticed() {
        let key = Secrets::new(NEW, []).unwrap().key(&["a"]);
        let sealed = key.seal(NONCE, b"", b"hello").unwrap();
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert_eq!(key.open(b"", &changed), Err(Unreadable), "byte {at}");
            assert_eq!(key.open(b"", &sealed[..at]), Err(Unreadable), "cut at {at}");
        }
    }

    #[test]
    fn short_secrets_are_refused_and_none_is_shown() {
        assert_eq!(Secrets::new("short", []).err(), Some(SecretTooShort));
        let secrets = Secrets::new(NEW, [OLD]).unwrap();
        assert_eq!(format!("{secrets:?} {:?}", secrets.key(&["a"])), "Secrets(2) SealingKey(..)");
    }
}
