//! What a caller is told when a capability fails: which failures are worth another try, and which stay inside.

use super::{Code, Problem, Rule};
use crate::host::{
    BlobError, CacheError, CredentialError, DirectoryError, DocumentError, EventsError, MailError,
    SessionError, SqlError,
};
use crate::packed::RowError;

/// Seconds after which a busy store is worth another try.
const BUSY_RETRY_SECONDS: u32 = 1;

fn busy() -> Problem {
    Problem::new(Code::Busy).retry_after(BUSY_RETRY_SECONDS)
}

impl From<SqlError> for Problem {
    fn from(error: SqlError) -> Self {
        match error {
            SqlError::Timeout | SqlError::Busy => busy(),
            SqlError::Unavailable => Self::new(Code::FeatureUnavailable),
            SqlError::Stale(_) => Self::new(Code::VersionConflict),
            other => Self::internal(format_args!("sql: {other}")),
        }
    }
}

impl From<DocumentError> for Problem {
    fn from(error: DocumentError) -> Self {
        match error {
            DocumentError::Timeout | DocumentError::Busy => busy(),
            DocumentError::Unavailable => Self::new(Code::FeatureUnavailable),
            DocumentError::Stale => Self::new(Code::VersionConflict),
            DocumentError::Missing => Self::not_found(),
            other => Self::internal(format_args!("documents: {other}")),
        }
    }
}

impl From<BlobError> for Problem {
    fn from(error: BlobError) -> Self {
        match error {
            BlobError::Timeout => busy(),
            BlobError::Unavailable => Self::new(Code::FeatureUnavailable),
            BlobError::Missing => Self::not_found(),
            other => Self::internal(format_args!("blobs: {other}")),
        }
    }
}

/// What the host says of a password that it will not take.
const WEAK_PASSWORD: Rule = Rule::Own(
    "WEAK_PASSWORD",
    "This password is too easy to guess: use 8 to 99 characters with a letter and a digit, and none that is common.",
    "كلمة المرور سهلة التخمين: استخدم من 8 إلى 99 حرفًا مع حرف ورقم، وتجنب الكلمات الشائعة.",
);

impl From<CredentialError> for Problem {
    fn from(error: CredentialError) -> Self {
        match error {
            CredentialError::InvalidEmail => Self::invalid("email", Rule::Email),
            CredentialError::WeakPassword => Self::invalid("password", WEAK_PASSWORD),
            CredentialError::EmailTaken => Self::new(Code::EmailTaken),
            CredentialError::WrongCredentials => Self::new(Code::WrongCredentials),
            CredentialError::Locked(seconds) => Self::new(Code::LockedOut).retry_after(seconds),
            CredentialError::Missing => Self::not_found(),
            CredentialError::Busy | CredentialError::Timeout => busy(),
            CredentialError::Unavailable => Self::new(Code::FeatureUnavailable),
        }
    }
}

impl From<SessionError> for Problem {
    fn from(error: SessionError) -> Self {
        match error {
            SessionError::Absent => Self::new(Code::Unauthenticated),
            SessionError::Invalid(headers) | SessionError::Reused(headers) => {
                Self::new(Code::SessionExpired).session_headers(&headers)
            }
            SessionError::Timeout => busy(),
            SessionError::Unavailable => Self::new(Code::FeatureUnavailable),
        }
    }
}

impl From<MailError> for Problem {
    fn from(error: MailError) -> Self {
        match error {
            MailError::Rejected => Self::internal("mail that the host rejects"),
            MailError::Unavailable => Self::new(Code::FeatureUnavailable),
        }
    }
}

impl From<DirectoryError> for Problem {
    fn from(error: DirectoryError) -> Self {
        match error {
            DirectoryError::Timeout => busy(),
            DirectoryError::Unavailable => Self::new(Code::FeatureUnavailable),
        }
    }
}

impl From<EventsError> for Problem {
    fn from(error: EventsError) -> Self {
        match error {
            EventsError::Unavailable => Self::new(Code::FeatureUnavailable),
            other => Self::internal(format_args!("events: {other}")),
        }
    }
}

impl From<CacheError> for Problem {
    fn from(error: CacheError) -> Self {
        match error {
            CacheError::Timeout => busy(),
            CacheError::Unavailable => Self::new(Code::FeatureUnavailable),
            CacheError::TooLarge => Self::internal(format_args!("cache: {error}")),
        }
    }
}

impl From<RowError> for Problem {
    fn from(error: RowError) -> Self {
        Self::internal(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Language;

    #[test]
    fn stores_that_may_recover_say_when() {
        let response = Problem::from(SqlError::Busy).into_response(Language::En);
        assert_eq!((response.status, response.headers.get("retry-after")), (503, Some("1")));
        assert_eq!(Problem::from(SqlError::Stale(0)).code(), Code::VersionConflict);
        assert_eq!(Problem::from(SqlError::Rejected).code(), Code::Internal);
    }
}
