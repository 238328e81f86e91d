//! Access tokens: signed by us, verified from their text alone. Parsing is strict, so that there is one way to write
//! a valid token and no way to talk the verifier into another algorithm.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rsa::rand_core::TryCryptoRng;
use serde::{Deserialize, Serialize};

use crate::access_payload::AccessPayload;
use crate::public_keys::KeyRing;
use crate::signing::{KeyFault, SigningKey};

/// Longer tokens are not even parsed.
pub const MAX_TOKEN_BYTES: usize = 8 * 1024;
const VERSION: &str = "5";

/// Why a token is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenFault {
    /// Signed with a key that is not known here.
    #[error("unknown key")]
    UnknownKey,
    /// Not signed by the key it names.
    #[error("wrong signature")]
    Signature,
    /// Issued for another tenant, or by another issuer.
    #[error("issued elsewhere")]
    Foreign,
    /// Too old.
    #[error("expired")]
    Expired,
}

/// Whose tokens are believed.
#[derive(Debug, Clone, Copy)]
pub struct Audience<'a> {
    /// The tenant of the request.
    pub tenant: &'a str,
    /// The tenant's issuer.
    pub issuer: &'a str,
}

/// A text that has the shape of an access token. Nothing in it is to be believed before `verify`.
pub struct UnverifiedToken<'a> {
    signed: &'a str,
    kid: String,
    payload: AccessPayload,
    signature: Vec<u8>,
}

#[derive(Serialize, Deserialize)]
struct Header<'a> {
    kid: std::borrow::Cow<'a, str>,
    typ: std::borrow::Cow<'a, str>,
    version: std::borrow::Cow<'a, str>,
    alg: std::borrow::Cow<'a, str>,
}

/// Writes and signs a token. Takes milliseconds.
pub fn sign_access_token(
    payload: &AccessPayload,
    key: &SigningKey,
    rng: &mut impl TryCryptoRng,
) -> Result<String, KeyFault> {
    let header = Header {
        kid: key.public().kid().into(),
        typ: "JWT".into(),
        version: VERSION.into(),
        alg: "RS256".into(),
    };
    let header = serde_json::to_vec(&header).map_err(|_| KeyFault)?;
    let payload = serde_json::to_vec(payload).map_err(|_| KeyFault)?;
    let mut token = URL_SAFE_NO_PAD.encode(header);
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(payload, &mut token);
    let signature = key.sign(token.as_bytes(), rng)?;
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(signature, &mut token);
    Ok(token)
}

impl<'a> UnverifiedToken<'a> {
    /// Takes the text apart; none when it is not the shape of an access token of this version.
    pub fn parse(token: &'a str) -> Option<Self> {
        if token.len() > MAX_TOKEN_BYTES {
            return None;
        }
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, payload) = signed.split_once('.')?;
        let header = URL_SAFE_NO_PAD.decode(header).ok()?;
        let header: Header<'_> = serde_json::from_slice(&header).ok()?;
        if header.alg != "RS256" || header.typ != "JWT" || header.version != VERSION {
            return None;
        }
        let payload: AccessPayload = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        payload.is_session().then(|| Self { signed, kid: header.kid.into_owned(), payload, signature })
    }

    /// The key it names.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// What it says, for whoever has it from its issuer and so need not doubt it.
    pub fn from_its_issuer(self) -> AccessPayload {
        self.payload
    }

    /// Believes the token if a known key signed it for this audience and it has not expired.
    pub fn verify(
        self,
        keys: &impl KeyRing,
        audience: Audience<'_>,
        now_ms: i64,
    ) -> Result<AccessPayload, TokenFault> {
        let payload = self.verify_at_any_age(keys, audience)?;
        if payload.expires_ms() > now_ms { Ok(payload) } else { Err(TokenFault::Expired) }
    }

    /// As `verify`, whatever the token's age: enough to end its session, for nothing else.
    pub fn verify_at_any_age(
        self,
        keys: &impl KeyRing,
        audience: Audience<'_>,
    ) -> Result<AccessPayload, TokenFault> {
        let key = keys.public_key(&self.kid).ok_or(TokenFault::UnknownKey)?;
        if !key.verifies(self.signed.as_bytes(), &self.signature) {
            return Err(TokenFault::Signature);
        }
        if self.payload.tenant != audience.tenant || self.payload.iss != audience.issuer {
            return Err(TokenFault::Foreign);
        }
        Ok(self.payload)
    }
}

impl std::fmt::Debug for UnverifiedToken<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "UnverifiedToken(by {})", self.kid)
    }
}
