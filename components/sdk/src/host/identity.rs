//! `credentials` and `sessions`: granted only to the feature that owns accounts.

use std::fmt;

use super::Answer;

/// Why a credential operation failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CredentialError {
    /// Not an address that mail could be sent to.
    InvalidEmail,
    /// Out of bounds, without a letter or a digit, or too common.
    WeakPassword,
    /// The address has an active credential.
    EmailTaken,
    /// Unknown address or wrong password, after the same time.
    WrongCredentials,
    /// Too many failures; seconds until the next try.
    Locked(u32),
    /// No credential of that user.
    Missing,
    /// Too many password checks at once. Safe to try again.
    Busy,
    /// Past the call's deadline.
    Timeout,
    /// Cannot be reached.
    Unavailable,
}

impl fmt::Display for CredentialError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::InvalidEmail => "not an e-mail address",
            Self::WeakPassword => "a weak password",
            Self::EmailTaken => "the e-mail is taken",
            Self::WrongCredentials => "wrong credentials",
            Self::Locked(_) => "locked",
            Self::Missing => "no such credential",
            Self::Busy => "busy",
            Self::Timeout => "past the deadline",
            Self::Unavailable => "the credential store is unavailable",
        })
    }
}

impl std::error::Error for CredentialError {}

/// E-mail and password of people. A pending credential reads as absent until it is activated.
pub trait Credentials {
    /// Makes a pending credential; answers the user's id for good.
    fn create<'a>(&'a self, email: &'a str, password: &'a str)
    -> Answer<'a, Result<String, CredentialError>>;

    /// Makes it real; again is fine.
    fn activate<'a>(&'a self, user_id: &'a str) -> Answer<'a, Result<(), CredentialError>>;

    /// Removes a pending credential. An active one stays.
    fn discard<'a>(&'a self, user_id: &'a str) -> Answer<'a, Result<(), CredentialError>>;

    /// Answers the user's id.
    fn verify<'a>(&'a self, email: &'a str, password: &'a str)
    -> Answer<'a, Result<String, CredentialError>>;

    /// Whether the address has an active credential.
    fn exists<'a>(&'a self, email: &'a str) -> Answer<'a, Result<bool, CredentialError>>;

    /// Makes a token that sets a new password; none when nobody has the address.
    fn create_reset_token<'a>(&'a self, email: &'a str)
    -> Answer<'a, Result<Option<Proof>, CredentialError>>;

    /// Sets a new password by such a token, and marks the address as verified. `WeakPassword` before the token is
    /// touched, `Missing` when it is not good.
    fn reset_password<'a>(
        &'a self,
        token: &'a str,
        password: &'a str,
    ) -> Answer<'a, Result<Proven, CredentialError>>;

    /// Sets a new password for somebody who knows the old one.
    fn change_password<'a>(
        &'a self,
        user_id: &'a str,
        old: &'a str,
        new: &'a str,
    ) -> Answer<'a, Result<(), CredentialError>>;

    /// Makes a token that verifies the user's address; none when it is verified already.
    fn create_verification_token<'a>(
        &'a self,
        user_id: &'a str,
    ) -> Answer<'a, Result<Option<Proof>, CredentialError>>;

    /// Marks an address as verified by such a token; `Missing` when it is not good.
    fn verify_email<'a>(&'a self, token: &'a str) -> Answer<'a, Result<Proven, CredentialError>>;

    /// Whether the user's present address is verified.
    fn is_verified<'a>(&'a self, user_id: &'a str) -> Answer<'a, Result<bool, CredentialError>>;
}

/// A one-time token and what it is about.
#[derive(Clone, PartialEq, Eq)]
pub struct Proof {
    /// UUID as text.
    pub user_id: String,
    /// The address it was made for.
    pub email: String,
    /// Only the person who reads mail at that address may learn it.
    pub token: String,
}

impl fmt::Debug for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proof").field("user_id", &self.user_id).finish_non_exhaustive()
    }
}

/// Whom a token that was used had been made for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proven {
    /// UUID as text.
    pub user_id: String,
    /// The address.
    pub email: String,
}

/// A session that was opened or rotated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued {
    /// Public handle.
    pub handle: String,
    /// Packed headers that the response must carry: `Response::session_headers`.
    pub headers: Vec<u8>,
}

/// Why a session operation failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SessionError {
    /// The request carries no token of the needed kind.
    Absent,
    /// Unknown, expired or revoked; packed headers that clear the browser.
    Invalid(Vec<u8>),
    /// Used before: the family is revoked; packed headers that clear the browser.
    Reused(Vec<u8>),
    /// Past the call's deadline.
    Timeout,
    /// Cannot be reached.
    Unavailable,
}

impl fmt::Display for SessionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Absent => "no session token",
            Self::Invalid(_) => "the session token is not valid",
            Self::Reused(_) => "the refresh token was used before",
            Self::Timeout => "past the deadline",
            Self::Unavailable => "the session store is unavailable",
        })
    }
}

impl std::error::Error for SessionError {}

/// A session as its owner may see it. Times are microseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenSession {
    /// Public handle.
    pub handle: String,
    /// When it was opened.
    pub created_at: i64,
    /// When its refresh token was last traded.
    pub refreshed_at: i64,
    /// When it ends unless it is refreshed.
    pub expires_at: i64,
    /// What the browser called itself; may be empty.
    pub user_agent: String,
    /// It is the session of this very request.
    pub is_current: bool,
}

/// Sessions of people.
pub trait Sessions {
    /// Opens one. `claims` is a JSON object.
    fn create<'a>(&'a self, user_id: &'a str, claims: Vec<u8>) -> Answer<'a, Result<Issued, SessionError>>;

    /// Rotates the refresh token that came with this request.
    fn refresh<'a>(&'a self) -> Answer<'a, Result<Issued, SessionError>>;

    /// Ends the session of this request; answers packed headers that clear the browser. Fine without one.
    fn revoke<'a>(&'a self) -> Answer<'a, Result<Vec<u8>, SessionError>>;

    /// Ends every session of a user.
    fn revoke_user<'a>(&'a self, user_id: &'a str) -> Answer<'a, Result<(), SessionError>>;

    /// Replaces the claims of a user's sessions.
    fn update_claims<'a>(&'a self, user_id: &'a str, claims: Vec<u8>)
    -> Answer<'a, Result<(), SessionError>>;

    /// Replaces the claims of this request's session alone; answers packed headers with a new access token.
    fn restate<'a>(&'a self, claims: Vec<u8>) -> Answer<'a, Result<Vec<u8>, SessionError>>;

    /// The open sessions of a user, newest first.
    fn list_user<'a>(&'a self, user_id: &'a str) -> Answer<'a, Result<Vec<OpenSession>, SessionError>>;

    /// Ends one session of a user; false when they have no such session.
    fn revoke_one<'a>(&'a self, user_id: &'a str, handle: &'a str) -> Answer<'a, Result<bool, SessionError>>;

    /// Ends every session of a user but that of this request.
    fn revoke_others<'a>(&'a self, user_id: &'a str) -> Answer<'a, Result<(), SessionError>>;
}
