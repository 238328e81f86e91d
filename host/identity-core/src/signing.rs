//! The RSA keys that sign access tokens (RS256). Random bytes are handed in, also those that blind a signature.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rsa::pkcs1v15::{Signature, SigningKey as Rs256Signer, VerifyingKey as Rs256Verifier};
use rsa::pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _, EncodePublicKey as _, LineEnding};
use rsa::rand_core::TryCryptoRng;
use rsa::signature::{Keypair as _, RandomizedSigner as _, SignatureEncoding as _, Verifier as _};
use rsa::traits::PublicKeyParts as _;
use rsa::{BoxedUint, PrivateKey};
use serde::Serialize;
use sha2::Sha256;

const BITS: usize = 2048;
/// A longer one would only cost time.
const MOST_BITS: usize = 4096;

/// A key could not be made, read or used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the signing key cannot be used")]
pub struct KeyFault;

/// A private key, its name and its age.
pub struct SigningKey {
    created_ms: i64,
    signer: Rs256Signer<Sha256>,
    public: PublicKey,
}

/// What everybody may know of a key.
#[derive(Clone)]
pub struct PublicKey {
    kid: String,
    verifier: Rs256Verifier<Sha256>,
}

/// A public key as a JWKS lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Jwk {
    /// Always `RSA`.
    pub kty: &'static str,
    /// The key's name.
    pub kid: String,
    /// Modulus, base64url.
    pub n: String,
    /// Exponent, base64url.
    pub e: String,
    /// Always `RS256`.
    pub alg: &'static str,
    /// Always `sig`.
    #[serde(rename = "use")]
    pub usage: &'static str,
}

impl SigningKey {
    /// A fresh 2048-bit key named `d-<createdMs>`. Takes tens of milliseconds.
    pub fn generate(created_ms: i64, rng: &mut impl TryCryptoRng) -> Result<Self, KeyFault> {
        let private = PrivateKey::new(rng, BITS).map_err(|_| KeyFault)?;
        Ok(Self::new(created_ms, private))
    }

    /// Reads what `to_der` wrote.
    pub fn from_der(created_ms: i64, der: &[u8]) -> Result<Self, KeyFault> {
        PrivateKey::from_pkcs8_der(der).map(|private| Self::new(created_ms, private)).map_err(|_| KeyFault)
    }

    /// The private key as PKCS#8 DER. To be sealed before it is kept.
    pub fn to_der(&self) -> Result<Vec<u8>, KeyFault> {
        self.signer.to_pkcs8_der().map(|der| der.as_bytes().to_vec()).map_err(|_| KeyFault)
    }

    /// When it was made, in milliseconds since 1970.
    pub fn created_ms(&self) -> i64 {
        self.created_ms
    }

    /// Its public half.
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// RSASSA-PKCS1-v1_5 over SHA-256. Takes milliseconds.
    pub fn sign(&self, message: &[u8], rng: &mut impl TryCryptoRng) -> Result<Vec<u8>, KeyFault> {
        self.signer.try_sign_with_rng(rng, message).map(|signature| signature.to_vec()).map_err(|_| KeyFault)
    }

    fn new(created_ms: i64, private: PrivateKey) -> Self {
        let signer = Rs256Signer::new(private);
        let public = PublicKey { kid: format!("d-{created_ms}"), verifier: signer.verifying_key() };
        Self { created_ms, signer, public }
    }
}

impl PublicKey {
    /// From modulus and exponent in base64url. Refuses moduli that are too short to be trusted or too long to be
    /// checked quickly.
    pub fn from_parts(kid: &str, n: &str, e: &str) -> Result<Self, KeyFault> {
        let number = |text: &str| {
            URL_SAFE_NO_PAD
                .decode(text)
                .map(|bytes| BoxedUint::from_be_slice_vartime(&bytes))
                .map_err(|_| KeyFault)
        };
        let key = rsa::PublicKey::new_with_size_limits(number(n)?, number(e)?, BITS..=MOST_BITS);
        let verifier = Rs256Verifier::new(key.map_err(|_| KeyFault)?);
        Ok(Self { kid: kid.to_owned(), verifier })
    }

    /// The key's name.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// Whether the private half signed this message.
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        Signature::try_from(signature)
            .is_ok_and(|signature| self.verifier.verify(message, &signature).is_ok())
    }

    /// As a JWKS lists it.
    pub fn jwk(&self) -> Jwk {
        let key: &rsa::PublicKey = self.verifier.as_ref();
        Jwk {
            kty: "RSA",
            kid: self.kid.clone(),
            n: URL_SAFE_NO_PAD.encode(key.n_bytes()),
            e: URL_SAFE_NO_PAD.encode(key.e_bytes()),
            alg: "RS256",
            usage: "sig",
        }
    }

    /// As SubjectPublicKeyInfo PEM, for tools that know no JWKS.
    pub fn to_pem(&self) -> Result<String, KeyFault> {
        self.verifier.to_public_key_pem(LineEnding::LF).map_err(|_| KeyFault)
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.public.kid)
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", self.kid)
    }
}

#[cfg(test)]
mod tests {
    use getrandom::SysRng;

    use super::*;

    #[test]
    fn signs_what_only_its_public_half_verifies_also_after_storage() {
        let key = SigningKey::generate(1_795_422_602_276, &mut SysRng).unwrap();
        let other = SigningKey::generate(1, &mut SysRng).unwrap();
        assert_eq!(key.public().kid(), "d-1795422602276");
        let stored = SigningKey::from_der(key.created_ms(), &key.to_der().unwrap()).unwrap();
        let signature = stored.sign(b"message", &mut SysRng).unwrap();
        assert!(key.public().verifies(b"message", &signature));
        assert!(!key.public().verifies(b"massage", &signature));
        assert!(!other.public().verifies(b"message", &signature));
        assert!(!key.public().verifies(b"message", &signature[1..]));
        assert!(!key.public().verifies(b"message", &[]));
    }

    #[test]
    fn publishes_modulus_and_exponent_and_hides_the_rest() {
        let key = SigningKey::generate(7, &mut SysRng).unwrap();
        let jwk = serde_json::to_value(key.public().jwk()).unwrap();
        assert_eq!(jwk["e"], "AQAB");
        assert_eq!(URL_SAFE_NO_PAD.decode(jwk["n"].as_str().unwrap()).unwrap().len(), BITS / 8);
        assert_eq!(
            (&jwk["use"], &jwk["alg"], &jwk["kty"], &jwk["kid"]),
            (&"sig".into(), &"RS256".into(), &"RSA".into(), &"d-7".into())
        );
        assert!(key.public().to_pem().unwrap().starts_with("-----BEGIN PUBLIC KEY-----"));
        assert_eq!(format!("{key:?}"), "SigningKey(d-7)");
        assert!(SigningKey::from_der(7, b"not a key").is_err());
    }
}
