//! Links that serve a blob without a session: signed, and only for a while.

use std::fmt;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use p2p_context::Scope;
use sha2::Sha256;

/// Makes and checks links.
#[derive(Clone)]
pub struct Links {
    mac: Hmac<Sha256>,
    prefix: Arc<str>,
}

impl Links {
    /// Links under this path, signed with this key.
    pub fn new(key: [u8; 32], prefix: &str) -> Self {
        // Padded with zeros to the width of the hash's block, as HMAC itself does.
        let mut block = [0; 64];
        block.iter_mut().zip(key).for_each(|(slot, byte)| *slot = byte);
        Self { mac: Hmac::new(&block.into()), prefix: prefix.trim_end_matches('/').into() }
    }

    /// A link to a blob whose name was checked, until a second since 1970.
    pub fn link(&self, scope: &Scope, name: &str, expires: i64) -> String {
        let signature = URL_SAFE_NO_PAD.encode(self.sign(scope, name, expires).finalize().into_bytes());
        let Scope { tenant, feature } = scope;
        format!("{}/{tenant}/{feature}/{name}?expires={expires}&signature={signature}", self.prefix)
    }

    /// Whether the link was made here and is still good. Takes as long for any wrong signature.
    pub fn verify(&self, scope: &Scope, name: &str, expires: i64, signature: &str, now: i64) -> bool {
        let Ok(signature) = URL_SAFE_NO_PAD.decode(signature) else { return false };
        self.sign(scope, name, expires).verify_slice(&signature).is_ok() && now < expires
    }

    /// Scopes hold no line break, and neither does a checked name, so that the parts cannot be shifted.
    fn sign(&self, scope: &Scope, name: &str, expires: i64) -> Hmac<Sha256> {
        let mut mac = self.mac.clone();
        mac.update(format!("{}\n{}\n{expires}\n{name}", scope.tenant, scope.feature).as_bytes());
        mac
    }
}

impl fmt::Debug for Links {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Links").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}
