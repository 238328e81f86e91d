//! Credentials and sessions behind one trait. `EmbeddedIdentity` keeps them in the host's own stores by the rules of
//! `p2p-identity-core`; a client of a SuperTokens Core will stand behind the same trait. Knows no routes and no axum.

mod actor;
mod embedded;
mod error;
mod identity;
mod migrations;
mod sealer;

pub use embedded::{EmbeddedIdentity, IdentityConfig, Lockout};
pub use error::{AuthenticateError, CredentialError, SessionError};
pub use identity::{Identity, IdentityCall, Issued};
pub use migrations::{PLATFORM, platform_migrations};
pub use p2p_identity_core::{
    AntiCsrf, ConfigFault, Headers, PasswordCost, RequestTokens, SameSite, SecretTooShort, Secrets,
    SessionConfig, TransferMode, WeakPassword, check_password, names,
};
pub use sealer::{SealError, Sealer, Sealers};
