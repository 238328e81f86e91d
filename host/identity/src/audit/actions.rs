//! What the cores of identity write into the audit log. Subject is the user's id, or the address where nobody is known.

/// An address was locked after too many failures.
pub const LOGIN_LOCKED: &str = "identity.login.locked";
/// A refresh token came again after it was traded; its session was ended.
pub const SESSION_REUSED: &str = "identity.session.reused";
/// Sessions were ended other than by signing out; the details say which.
pub const SESSION_REVOKED: &str = "identity.session.revoked";
/// Somebody who knew the old password set a new one.
pub const PASSWORD_CHANGED: &str = "identity.password.changed";
/// Somebody who reads the user's mail set a new one.
pub const PASSWORD_RESET: &str = "identity.password.reset";
/// An address was proved.
pub const EMAIL_VERIFIED: &str = "identity.email.verified";
