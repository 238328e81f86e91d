//! SQLite's words in the words of the port. The only place that knows SQLite's codes of failure.

use libsqlite3_sys as ffi;
use sqlx::error::DatabaseError;

use super::guard::GuardRefused;
use crate::ports::sql::SqlError;

/// Whatever sqlx answered, as the port says it.
pub fn sql_error(error: sqlx::Error) -> SqlError {
    match error {
        sqlx::Error::Database(error) => database_error(error.as_ref()),
        sqlx::Error::Protocol(reason) => SqlError::Rejected(reason),
        sqlx::Error::Encode(reason) => SqlError::Rejected(reason.to_string()),
        other => SqlError::Unavailable(other.to_string()),
    }
}

impl From<GuardRefused> for SqlError {
    fn from(error: GuardRefused) -> Self {
        Self::Unavailable(error.to_string())
    }
}

fn database_error(error: &dyn DatabaseError) -> SqlError {
    let code: i32 = error.code().and_then(|code| code.parse().ok()).unwrap_or(ffi::SQLITE_ERROR);
    let message = error.message();
    match code {
        ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY | ffi::SQLITE_CONSTRAINT_ROWID => {
            SqlError::UniqueViolation(culprit(message))
        }
        ffi::SQLITE_CONSTRAINT_FOREIGNKEY => SqlError::ReferenceViolation,
        ffi::SQLITE_CONSTRAINT_DATATYPE => SqlError::Rejected(message.to_owned()),
        _ => by_kind(code & 0xff, message),
    }
}

fn by_kind(kind: i32, message: &str) -> SqlError {
    match kind {
        ffi::SQLITE_AUTH => SqlError::Denied,
        ffi::SQLITE_ERROR if is_refusal(message) => SqlError::Denied,
        ffi::SQLITE_CONSTRAINT => SqlError::CheckViolation(culprit(message)),
        ffi::SQLITE_BUSY | ffi::SQLITE_LOCKED => SqlError::Busy,
        ffi::SQLITE_INTERRUPT => SqlError::Timeout,
        ffi::SQLITE_TOOBIG => SqlError::TooLarge,
        ffi::SQLITE_FULL
        | ffi::SQLITE_IOERR
        | ffi::SQLITE_READONLY
        | ffi::SQLITE_CANTOPEN
        | ffi::SQLITE_CORRUPT
        | ffi::SQLITE_NOTADB
        | ffi::SQLITE_NOMEM
        | ffi::SQLITE_PROTOCOL => SqlError::Unavailable(message.to_owned()),
        _ => SqlError::Rejected(message.to_owned()),
    }
}

/// A refused function, and a table that only its virtual table may write, come without a code of their own.
fn is_refusal(message: &str) -> bool {
    message.starts_with("not authorized") || message.ends_with("may not be modified")
}

/// `UNIQUE constraint failed: topics.slug` → `topics.slug`; `…: index 'topics_slug'` → `topics_slug`.
fn culprit(message: &str) -> String {
    let (_, tail) = message.split_once(": ").unwrap_or(("", message));
    tail.strip_prefix("index '").and_then(|name| name.strip_suffix('\'')).unwrap_or(tail).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_culprit_is_the_constraint_or_its_columns() {
        assert_eq!(culprit("UNIQUE constraint failed: t.a, t.b"), "t.a, t.b");
        assert_eq!(culprit("UNIQUE constraint failed: index 't_lower'"), "t_lower");
        assert_eq!(culprit("stop"), "stop");
    }

    #[test]
    fn a_full_or_unwritable_disk_is_unavailable() {
        for kind in [ffi::SQLITE_FULL, ffi::SQLITE_IOERR, ffi::SQLITE_READONLY, ffi::SQLITE_CANTOPEN] {
            assert!(matches!(by_kind(kind, "no"), SqlError::Unavailable(_)));
        }
    }
}
