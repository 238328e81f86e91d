//! SQLite's words in those of the contract.

use sqlx::error::ErrorKind;

use crate::host::SqlError;

/// Statements that a feature may not run, by their first word.
const DENIED: [&str; 14] = [
    "create",
    "drop",
    "alter",
    "pragma",
    "attach",
    "detach",
    "vacuum",
    "reindex",
    "analyze",
    "begin",
    "commit",
    "rollback",
    "savepoint",
    "release",
];
/// Primary result codes, as SQLite's documentation numbers them.
const BUSY: i32 = 5;
const LOCKED: i32 = 6;
const READ_ONLY: i32 = 8;
const ERROR: i32 = 1;

/// Whether a statement is none that a feature may run. The real host asks SQLite itself; a test asks the words.
pub(super) fn word_is_denied(text: &str) -> bool {
    let first = text.split_whitespace().next().unwrap_or_default().to_ascii_lowercase();
    let text = text.to_ascii_lowercase();
    DENIED.contains(&first.as_str()) || text.contains("p2p_") || text.contains("load_extension")
}

pub(super) fn sql_error(error: sqlx::Error) -> SqlError {
    let sqlx::Error::Database(error) = error else {
        return match error {
            sqlx::Error::Protocol(_) | sqlx::Error::Encode(_) => SqlError::Rejected,
            _ => SqlError::Unavailable,
        };
    };
    match error.kind() {
        ErrorKind::UniqueViolation => SqlError::UniqueViolation(culprit(error.message())),
        ErrorKind::ForeignKeyViolation => SqlError::ReferenceViolation,
        ErrorKind::NotNullViolation | ErrorKind::CheckViolation => {
            SqlError::CheckViolation(culprit(error.message()))
        }
        _ => {
            let code = error.code().and_then(|code| code.parse::<i32>().ok()).unwrap_or(ERROR);
            match code & 0xff {
                BUSY | LOCKED => SqlError::Busy,
                READ_ONLY => SqlError::Denied,
                ERROR => SqlError::Rejected,
                _ => SqlError::Unavailable,
            }
        }
    }
}

/// `UNIQUE constraint failed: topics.slug` is about `topics.slug`; `…: index 'topics_slug'` about `topics_slug`.
fn culprit(message: &str) -> String {
    let (_, tail) = message.split_once(": ").unwrap_or(("", message));
    let name = tail.strip_prefix("index '").and_then(|name| name.strip_suffix('\''));
    name.unwrap_or(tail).to_owned()
}
