//! What can go wrong, as callers can act on it. Reasons inside `Unavailable` are for the log alone.

use p2p_identity_core::{Headers, WeakPassword};

/// A credential could not be made, changed or verified.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CredentialError {
    /// Not an address that mail could be sent to.
    #[error("not an e-mail address")]
    InvalidEmail,
    /// The password may not be set.
    #[error(transparent)]
    WeakPassword(WeakPassword),
    /// The address has an active credential.
    #[error("the address is taken")]
    EmailTaken,
    /// Unknown address or wrong password.
    #[error("wrong credentials")]
    WrongCredentials,
    /// Too many failures; seconds until the next try.
    #[error("locked for {0} s")]
    Locked(u32),
    /// No credential of that user.
    #[error("no such credential")]
    Missing,
    /// Too many password checks at once.
    #[error("busy")]
    Busy,
    /// The deadline passed.
    #[error("too late")]
    Timeout,
    /// The store cannot be used.
    #[error("unavailable: {0}")]
    Unavailable(String),
}

/// A session could not be opened, refreshed or ended.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
pub enum SessionError {
    /// The request carries no token of the needed kind.
    #[error("no session token")]
    Absent,
    /// Unknown, expired or revoked. The headers clear what the browser holds.
    #[error("invalid session token")]
    Invalid(Headers),
    /// The refresh token was used before; its session is revoked. The headers clear what the browser holds.
    #[error("reused refresh token")]
    Reused(Headers),
    /// The deadline passed.
    #[error("too late")]
    Timeout,
    /// The store cannot be used.
    #[error("unavailable: {0}")]
    Unavailable(String),
}

/// A session token was there, but does not say who is calling.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
pub enum AuthenticateError {
    /// Refreshing may help; nothing is cleared.
    #[error("try refresh")]
    TryRefresh,
    /// The token holds, but the call does not prove that it comes from our own pages. Told like `TryRefresh`.
    #[error("no proof against cross-site calls")]
    AntiCsrf,
    /// The session has ended.
    #[error("unauthorised")]
    Unauthorised {
        /// Clears what the browser holds.
        clear: Headers,
    },
    /// Nobody can tell right now.
    #[error("unavailable: {0}")]
    Unavailable(String),
}

// Errors are logged, headers may hold tokens: neither Debug shows them.
impl std::fmt::Debug for SessionError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SessionError({self})")
    }
}

impl std::fmt::Debug for AuthenticateError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "AuthenticateError({self})")
    }
}
