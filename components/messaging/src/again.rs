//! A write that rests on what was read before it: tried again from the beginning when another write came between. Nobody
//! names versions here, so a conflict is never the caller's.

use p2p_sdk::{Code, Problem, Response};

const RETRY_SECONDS: u32 = 1;

/// Writes, and writes again on a conflict.
pub async fn again(write: impl AsyncFn() -> Result<Response, Problem>) -> Result<Response, Problem> {
    match p2p_sdk::again(write).await {
        Err(problem) if problem.code() == Code::VersionConflict => Err(busy()),
        done => done,
    }
}

/// Too much happens at once in one conversation.
pub fn busy() -> Problem {
    Problem::new(Code::Busy).retry_after(RETRY_SECONDS)
}
