//! The driver's errors in the port's words, and the deadline that every operation has.

use std::time::Duration;

use mongodb::error::{Error, ErrorKind, WriteFailure};
use p2p_context::Deadline;

use crate::ports::documents::DocumentError;
use crate::ports::events::OutboxError;
use crate::ports::stores::OpenError;

/// Codes of the server that mean something to a caller.
const DUPLICATE_KEY: i32 = 11_000;
const TOO_LONG: i32 = 50;
const WRITE_CONFLICT: i32 = 112;
const PARALLEL_ARRAYS: i32 = 171;
const NO_SUCH_COLLECTION: i32 = 26;
/// The document would pass the server's 16 MiB: bodies are far smaller, so what fills it are events.
const TOO_LARGE: [i32; 2] = [10_334, 17_419];

/// Ends an operation at the deadline. The driver throws away a connection whose answer nobody waits for.
pub async fn within<T>(
    deadline: Deadline,
    operation: impl Future<Output = Result<T, Error>>,
) -> Result<T, DocumentError> {
    answered(deadline, operation).await?.map_err(|error| of_document(&error))
}

/// The same, with what the driver said.
pub async fn answered<T>(
    deadline: Deadline,
    operation: impl Future<Output = Result<T, Error>>,
) -> Result<Result<T, Error>, DocumentError> {
    let outcome = tokio::time::timeout_at(deadline.instant().into(), operation).await;
    outcome.map_err(|_| DocumentError::Timeout)
}

/// The time that the server is told to keep to. It takes nothing below a millisecond.
pub fn left(deadline: Deadline) -> Duration {
    deadline.remaining().max(Duration::from_millis(1))
}

/// In the port's words.
pub fn of_document(error: &Error) -> DocumentError {
    match code(error) {
        Some(DUPLICATE_KEY) => DocumentError::Exists,
        Some(TOO_LONG) => DocumentError::Timeout,
        Some(WRITE_CONFLICT) => DocumentError::Busy,
        Some(PARALLEL_ARRAYS) => DocumentError::Rejected("arrays stand at two paths of one index".to_owned()),
        Some(code) if TOO_LARGE.contains(&code) => {
            DocumentError::Unavailable("the document is full of events that were not relayed".to_owned())
        }
        _ => DocumentError::Unavailable(error.to_string()),
    }
}

/// Whether the server refused an operation for what it is. Then nothing was done, and the same again would be refused.
pub fn is_refusal(error: &Error) -> bool {
    code(error).is_some_and(|code| ![TOO_LONG, WRITE_CONFLICT].contains(&code))
}

/// Whether the server says that there is no such collection yet.
pub fn is_missing_collection(error: &Error) -> bool {
    code(error) == Some(NO_SUCH_COLLECTION)
}

fn code(error: &Error) -> Option<i32> {
    match error.kind.as_ref() {
        ErrorKind::Command(command) => Some(command.code),
        ErrorKind::Write(WriteFailure::WriteError(write)) => Some(write.code),
        _ => None,
    }
}

/// For the outbox, which only knows whether it can be used.
pub fn of_outbox(error: DocumentError) -> OutboxError {
    tracing::warn!(%error, "the outbox in documents did not answer");
    OutboxError::Unavailable
}

/// For opening.
pub fn of_opening(error: &impl std::fmt::Display) -> OpenError {
    OpenError::Unavailable(format!("MongoDB: {error}"))
}

/// What was written by this room cannot be read by it.
pub fn damaged(what: &str) -> DocumentError {
    DocumentError::Unavailable(format!("a damaged document: {what}"))
}
