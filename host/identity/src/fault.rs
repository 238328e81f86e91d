//! What stands between this room and an answer, before it is known whom to tell.

use p2p_identity_core::{KeyFault, Unreadable};
use p2p_storage::packed::Malformed;
use p2p_storage::{OpenError, SqlError};

use crate::error::{AuthenticateError, CredentialError, SessionError};

/// The same for every operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The deadline passed.
    Timeout,
    /// For the log.
    Unavailable(String),
}

impl Fault {
    /// Something that only a broken machine or store brings about.
    pub fn because(reason: impl ToString) -> Self {
        Self::Unavailable(reason.to_string())
    }
}

impl From<SqlError> for Fault {
    fn from(error: SqlError) -> Self {
        if error == SqlError::Timeout { Self::Timeout } else { Self::because(error) }
    }
}

macro_rules! unavailable {
    ($($error:ty),*) => {$(
        impl From<$error> for Fault {
            fn from(error: $error) -> Self {
                Self::because(error)
            }
        }
    )*};
}

unavailable!(OpenError, Malformed, KeyFault, Unreadable, getrandom::Error, tokio::task::JoinError);

impl From<Fault> for CredentialError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Timeout => Self::Timeout,
            Fault::Unavailable(reason) => Self::Unavailable(reason),
        }
    }
}

impl From<Fault> for SessionError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Timeout => Self::Timeout,
            Fault::Unavailable(reason) => Self::Unavailable(reason),
        }
    }
}

impl From<Fault> for AuthenticateError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Timeout => Self::Unavailable("the deadline passed".to_owned()),
            Fault::Unavailable(reason) => Self::Unavailable(reason),
        }
    }
}

/// Random bytes from the machine.
pub fn random<const N: usize>() -> Result<[u8; N], Fault> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}
