//! Credentials and sessions behind one trait. `EmbeddedIdentity` keeps them in the host's own stores by the rules of
//! `p2p-identity-core`, `CoreIdentity` in a SuperTokens Core. Knows no routes and no axum.

mod actor;
pub mod audit;
mod core;
mod embedded;
mod error;
mod fault;
mod identity;
mod keys;
mod migrations;
mod revocations;
mod sealer;
mod tables;

pub use self::core::{Connection, ConnectionFault, CoreConfig, CoreFault, CoreIdentity, CoreLook, look};
pub use embedded::{EmbeddedIdentity, IdentityConfig, Lockout};
pub use error::{AuthenticateError, CredentialError, SessionError};
pub use identity::{Identity, IdentityCall, Issued, OpenSession, Proof, Proven, PublicKeys};
pub use keys::{ApiKey, ApiKeys, InvalidScope, KeyError, KeyScope, KeyScopes, NewKey, Right, is_key};
pub use migrations::{PLATFORM, platform_migrations};
pub use p2p_identity_core::{
    AntiCsrf, ConfigFault, Email, Headers, PasswordCost, RequestTokens, SameSite, SecretTooShort, Secrets,
    SessionConfig, TransferMode, WeakPassword, check_password, names, older_cookie_headers,
};
pub use sealer::{SealError, Sealer, Sealers};
