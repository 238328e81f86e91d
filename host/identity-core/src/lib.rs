//! The rules of passwords, tokens and sessions, as pure functions. No I/O: time and random bytes are handed in, and
//! whoever carries this crate brings the store, the threads and the network.

mod access_payload;
mod access_token;
mod anti_csrf;
mod claims;
mod config;
mod cookies;
mod email;
mod front_token;
pub mod names;
mod older_cookies;
mod one_time_token;
mod password;
mod password_hash;
mod public_keys;
mod refresh_token;
mod request_tokens;
mod rotation;
mod secrets;
mod session_headers;
mod signing;
mod signing_keys;

pub use access_payload::AccessPayload;
pub use access_token::{Audience, MAX_TOKEN_BYTES, TokenFault, UnverifiedToken, sign_access_token};
pub use anti_csrf::{AntiCsrf, CsrfProof, passes_anti_csrf};
pub use claims::{EMAIL_VERIFIED, PROTECTED, token_claims, verified_claim};
pub use config::{ConfigFault, SameSite, SessionConfig};
pub use email::{Email, InvalidEmail};
pub use front_token::front_token;
pub use older_cookies::older_cookie_headers;
pub use one_time_token::{ONE_TIME_BYTES, one_time_token, one_time_token_hash};
pub use password::{WeakPassword, check_password};
pub use password_hash::{HashFault, PasswordCost, SALT_BYTES};
pub use public_keys::{KeyRing, PublicKeySet};
pub use refresh_token::{RefreshTicket, StoredHash, refresh_token_hash};
pub use request_tokens::{RequestTokens, TransferMode};
pub use rotation::{Presented, RefreshState, Rotation, RotationRules, rotate};
pub use secrets::{NONCE_BYTES, SealingKey, SecretTooShort, Secrets, Unreadable};
pub use session_headers::{
    Headers, IssuedTokens, Withdrawal, issue_headers, reissue_headers, withdraw_headers,
};
pub use signing::{Jwk, KeyFault, PublicKey, SigningKey};
pub use signing_keys::{KeyPlan, SigningKeys};

pub use rsa::rand_core;

/// SHA-256, also for callers that key caches by a token without keeping it.
pub fn digest(bytes: &[u8]) -> [u8; 32] {
    use sha2::Digest as _;
    sha2::Sha256::digest(bytes).into()
}
