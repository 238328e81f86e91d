//! How the embedded core behaves in a deployment.

use std::time::Duration;

use p2p_identity_core::{PasswordCost, SessionConfig};

/// When an address is locked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lockout {
    /// After so many failures, each within `span` of the one before.
    pub failures: u32,
    /// For so long.
    pub span: Duration,
}

impl Default for Lockout {
    fn default() -> Self {
        Self { failures: 5, span: Duration::from_mins(15) }
    }
}

/// How the embedded core behaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityConfig {
    /// Tokens and cookies.
    pub sessions: SessionConfig,
    /// How much work a password check is.
    pub password_cost: PasswordCost,
    /// How guessing is slowed down.
    pub lockout: Lockout,
    /// How many verified tokens are remembered, about 600 bytes each.
    pub token_cache: u64,
}

impl IdentityConfig {
    /// The defaults for an API at this address, e.g. `http://localhost:8000`.
    pub fn for_api(api_domain: &str) -> Self {
        Self {
            sessions: SessionConfig::for_api(api_domain),
            password_cost: PasswordCost::default(),
            lockout: Lockout::default(),
            token_cache: 50_000,
        }
    }
}
