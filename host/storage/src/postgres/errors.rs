//! PostgreSQL's words in the words of the port, and what they say of the connection. The only place that knows
//! PostgreSQL's codes.

use sqlx::postgres::PgDatabaseError;

use crate::ports::sql::SqlError;

/// A failure, and how the connection is left.
#[derive(Debug)]
pub struct Fault {
    /// What the caller is told.
    pub error: SqlError,
    /// Whether the connection can serve on.
    pub connection: After,
}

/// How a connection is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum After {
    /// Well. Within a transaction, that must be rolled back.
    Well,
    /// Well, once it is rolled back: its transaction and another waited for each other, and this one gave way.
    Crossed,
    /// Something may still run or arrive on it: to be ended.
    Unsettled,
    /// Gone, or of no use: the server restarted, ended it or does not answer.
    Broken,
    /// What was prepared on it does not fit the tables any more.
    Outdated,
}

impl Fault {
    /// A failure of this room's own judgement, after all that was asked came back.
    pub fn refused(error: SqlError) -> Self {
        Self { error, connection: After::Well }
    }

    /// A failure while more may still arrive.
    pub fn abandoned(error: SqlError) -> Self {
        Self { error, connection: After::Unsettled }
    }
}

impl From<sqlx::Error> for Fault {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::Database(error) => match error.try_downcast::<PgDatabaseError>() {
                Ok(error) => match after(error.code(), error.routine().unwrap_or_default()) {
                    After::Outdated => Self { error: SqlError::Busy, connection: After::Outdated },
                    connection => Self { error: database_error(&error), connection },
                },
                Err(error) => Self::abandoned(rejected(&error)),
            },
            // Found out before anything was sent.
            sqlx::Error::Encode(reason) => Self::refused(rejected(&reason)),
            sqlx::Error::ColumnDecode { source, .. } => Self::abandoned(rejected(&source)),
            other => Self { error: SqlError::Unavailable(other.to_string()), connection: After::Broken },
        }
    }
}

impl From<Fault> for SqlError {
    fn from(fault: Fault) -> Self {
        fault.error
    }
}

fn rejected(reason: &impl ToString) -> SqlError {
    SqlError::Rejected(reason.to_string())
}

fn after(code: &str, routine: &str) -> After {
    match code.get(..2) {
        Some("08" | "57") if code != QUERY_CANCELED => After::Broken,
        _ if code == "25P03" || code == "25P04" => After::Broken,
        // "Cached plan must not change result type" has no code of its own.
        _ if code == FEATURE_NOT_SUPPORTED && routine == "RevalidateCachedQuery" => After::Outdated,
        _ if code == DEADLOCK_DETECTED => After::Crossed,
        _ => After::Well,
    }
}

const DEADLOCK_DETECTED: &str = "40P01";
const QUERY_CANCELED: &str = "57014";
const FEATURE_NOT_SUPPORTED: &str = "0A000";
/// Raised by this room's own function over an answer that is too large.
pub const TOO_LARGE: &str = "P2P01";

fn database_error(error: &PgDatabaseError) -> SqlError {
    let message = error.message();
    match error.code() {
        "23505" | "23P01" => SqlError::UniqueViolation(culprit(error)),
        "23503" | "23001" => SqlError::ReferenceViolation,
        "23502" | "23514" => SqlError::CheckViolation(culprit(error)),
        "40001" | DEADLOCK_DETECTED | "55P03" => SqlError::Busy,
        QUERY_CANCELED => SqlError::Timeout,
        "42501" | "25006" | FEATURE_NOT_SUPPORTED => SqlError::Denied,
        TOO_LARGE => SqlError::TooLarge,
        code => by_class(code, message),
    }
}

fn by_class(code: &str, message: &str) -> SqlError {
    let message = message.to_owned();
    match code.get(..2) {
        // A statement may be at fault where one is too complex, or asks for more memory than there is for it.
        Some("08" | "53" | "57" | "58" | "28" | "3D" | "F0" | "XX") => SqlError::Unavailable(message),
        _ if code.starts_with("25P") => SqlError::Unavailable(message),
        _ => SqlError::Rejected(message),
    }
}

/// The constraint's name; for a NOT NULL, which has none before PostgreSQL 18, `table.column`.
fn culprit(error: &PgDatabaseError) -> String {
    match (error.code(), error.constraint(), error.table(), error.column()) {
        ("23502", _, Some(table), Some(column)) => format!("{table}.{column}"),
        (_, Some(constraint), ..) => constraint.to_owned(),
        _ => error.message().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_is_away_or_full_is_unavailable() {
        for code in ["08006", "53100", "53300", "57P01", "57P03", "58030", "28P01", "25P03"] {
            assert!(matches!(by_class(code, "no"), SqlError::Unavailable(_)), "{code}");
        }
        for code in ["42601", "22P02", "22001", "54001"] {
            assert!(matches!(by_class(code, "no"), SqlError::Rejected(_)), "{code}");
        }
    }

    #[test]
    fn only_what_ended_the_session_breaks_the_connection() {
        for (code, expected) in [
            ("57P01", After::Broken),
            ("08006", After::Broken),
            ("57014", After::Well),
            ("23505", After::Well),
            ("0A000", After::Well),
        ] {
            assert_eq!(after(code, "exec_stmt"), expected, "{code}");
        }
        assert_eq!(after("0A000", "RevalidateCachedQuery"), After::Outdated);
    }
}
