//! How to reach an SMTP server, and what can be wrong with that.

use std::fmt;

/// An SMTP server.
#[derive(Clone, PartialEq, Eq)]
pub struct SmtpSettings {
    /// Name or address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Whether and when the connection is encrypted.
    pub security: Security,
    /// Who is sending, if the server wants to know.
    pub login: Option<Login>,
    /// PEM certificates that are trusted beside the system's.
    pub authorities: Option<Vec<u8>>,
}

/// Whether and when a connection is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// Never.
    None,
    /// After the greeting, or not at all.
    StartTls,
    /// From the first byte.
    Tls,
}

/// A user of the server.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    /// Name.
    pub user: String,
    /// Password.
    pub password: String,
}

/// A setting that cannot work. The text is for the operator.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidMail {
    /// Not an address that letters could come from.
    #[error("`{0}` is no sender: write `name@example.org` or `A name <name@example.org>`")]
    Sender(String),
    /// Certificates that do not read, or none that TLS could use.
    #[error("TLS to the mail server cannot be set up: {0}")]
    Tls(String),
}

// Passwords stay out of logs.
impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login").field("user", &self.user).finish_non_exhaustive()
    }
}

impl fmt::Debug for SmtpSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmtpSettings")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("security", &self.security)
            .field("login", &self.login)
            .finish_non_exhaustive()
    }
}
