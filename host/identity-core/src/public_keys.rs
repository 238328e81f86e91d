//! Keys that verify and do not sign: those of another core, as its JWKS lists them.

use std::sync::Arc;

use serde::Deserialize;

use crate::signing::{KeyFault, PublicKey};
use crate::signing_keys::SigningKeys;

/// Where the key that a token names is found.
pub trait KeyRing {
    /// The public key of this name.
    fn public_key(&self, kid: &str) -> Option<&PublicKey>;
}

/// Public keys in the order in which they were listed.
#[derive(Debug, Clone, Default)]
pub struct PublicKeySet(Vec<PublicKey>);

#[derive(Deserialize)]
struct Jwks {
    keys: Vec<ListedKey>,
}

/// A list may hold keys of other kinds: none of these is an error until a token names it.
#[derive(Deserialize)]
struct ListedKey {
    #[serde(default)]
    kty: String,
    #[serde(default)]
    kid: String,
    #[serde(default)]
    n: String,
    #[serde(default)]
    e: String,
    #[serde(default)]
    alg: Option<String>,
}

impl PublicKeySet {
    /// From the JSON of a JWKS. Keys that are not RS256, or that cannot be trusted, are passed over.
    pub fn from_jwks(json: &[u8]) -> Result<Self, KeyFault> {
        let Jwks { keys } = serde_json::from_slice(json).map_err(|_| KeyFault)?;
        Ok(Self(keys.iter().filter_map(ListedKey::read).collect()))
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &PublicKey> {
        self.0.iter()
    }
}

impl ListedKey {
    fn read(&self) -> Option<PublicKey> {
        let is_ours = self.kty == "RSA" && self.alg.as_deref().is_none_or(|alg| alg == "RS256");
        (is_ours && !self.kid.is_empty()).then(|| PublicKey::from_parts(&self.kid, &self.n, &self.e).ok())?
    }
}

impl KeyRing for PublicKeySet {
    fn public_key(&self, kid: &str) -> Option<&PublicKey> {
        self.0.iter().find(|key| key.kid() == kid)
    }
}

impl KeyRing for SigningKeys {
    fn public_key(&self, kid: &str) -> Option<&PublicKey> {
        self.find(kid).map(|key| key.public())
    }
}

impl<T: KeyRing> KeyRing for Arc<T> {
    fn public_key(&self, kid: &str) -> Option<&PublicKey> {
        (**self).public_key(kid)
    }
}

#[cfg(test)]
mod tests {
    use getrandom::SysRng;
    use serde_json::json;

    use super::*;
    use crate::signing::SigningKey;

    #[test]
    fn a_listed_key_verifies_what_its_private_half_signed() {
        let key = SigningKey::generate(7, &mut SysRng).unwrap();
        let jwks = json!({"keys": [key.public().jwk()]}).to_string();
        let listed = PublicKeySet::from_jwks(jwks.as_bytes()).unwrap();
        let signature = key.sign(b"message", &mut SysRng).unwrap();
        let public = listed.public_key("d-7").unwrap();
        assert!(public.verifies(b"message", &signature) && !public.verifies(b"massage", &signature));
        assert_eq!(public.jwk(), key.public().jwk());
        assert!(listed.public_key("d-8").is_none());
    }

    #[test]
    fn keys_of_other_kinds_are_passed_over_and_garbage_is_a_fault() {
        let good =
            serde_json::to_value(SigningKey::generate(7, &mut SysRng).unwrap().public().jwk()).unwrap();
        for (name, value) in [
            ("kty", json!("EC")),
            ("alg", json!("HS256")),
            ("kid", json!("")),
            ("n", json!("AQAB")),
            ("n", json!("not base64url!")),
            ("e", json!("")),
        ] {
            let mut other = good.clone();
            other[name] = value;
            let jwks = json!({"keys": [other, {"kty": "OKP"}, good]}).to_string();
            assert_eq!(PublicKeySet::from_jwks(jwks.as_bytes()).unwrap().iter().count(), 1, "{name}");
        }
        for garbage in ["", "<html>", "{}", "{\"keys\": 7}", "[]"] {
            assert!(PublicKeySet::from_jwks(garbage.as_bytes()).is_err(), "{garbage}");
        }
    }
}
