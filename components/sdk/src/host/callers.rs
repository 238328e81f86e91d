//! `callers`: who is calling, where the host has not settled that itself.

use super::Answer;

/// Who a request's session speaks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identified {
    /// 16 bytes.
    pub user_id: Vec<u8>,
    /// 16 bytes.
    pub organization_id: Option<Vec<u8>>,
    /// `admin` or `member`.
    pub role: String,
    /// Of the whole tenant.
    pub platform_admin: bool,
    /// Whether the address is verified.
    pub verified: bool,
}

/// Why a session does not say who is calling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// Refreshing may help.
    TryRefresh,
    /// It has ended; packed headers that clear the browser.
    Ended(Vec<u8>),
    /// Past the call's deadline.
    Timeout,
    /// Cannot be reached.
    Unavailable,
}

/// Asks who is calling.
pub trait Callers {
    /// By the packed headers of a request; none when nobody is signed in. `safe` says that the method changes nothing.
    fn verify<'a>(&'a self, headers: Vec<u8>, safe: bool) -> Answer<'a, Result<Option<Identified>, Refusal>>;
}
