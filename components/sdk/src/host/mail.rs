//! `mail`: letters by template, sent in the background.

use std::fmt;

use super::Answer;

/// Why mail was not queued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailError {
    /// No such template, user or address, values that do not fit, or too much mail for one call.
    Rejected,
    /// Cannot be kept now. Nothing was.
    Unavailable,
}

impl fmt::Display for MailError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rejected => "the mail was rejected",
            Self::Unavailable => "mail cannot be queued",
        })
    }
}

impl std::error::Error for MailError {}

/// Mail to people. While an event is being handled, queueing also records that event as handled: let it be the last
/// thing a handler does.
pub trait Mail {
    /// To a user, in their language. `values` is a JSON object of texts.
    fn queue<'a>(
        &'a self,
        to_user: &'a str,
        template: &'a str,
        values: Vec<u8>,
    ) -> Answer<'a, Result<(), MailError>>;

    /// To an address that need not belong to anybody, in `en` or `ar`.
    fn queue_to<'a>(
        &'a self,
        address: &'a str,
        language: &'a str,
        template: &'a str,
        values: Vec<u8>,
    ) -> Answer<'a, Result<(), MailError>>;
}
