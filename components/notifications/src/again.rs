//! A write that rests on what was read before it: tried again from the beginning when another write came between.

use p2p_sdk::{Code, Problem, Request, Response, Version};

/// Two people who keep at the same thing are not served for ever.
const TRIES: usize = 5;

/// Writes, and writes again on a conflict.
pub async fn again(write: impl AsyncFn() -> Result<Response, Problem>) -> Result<Response, Problem> {
    tried(TRIES, write).await
}

/// The same, unless the caller named the version that is to be changed: then a conflict is theirs to know.
pub async fn again_unless_matched(
    request: &Request,
    write: impl AsyncFn() -> Result<Response, Problem>,
) -> Result<Response, Problem> {
    let tries = if request.if_match()?.is_some() { 1 } else { TRIES };
    tried(tries, write).await
}

async fn tried(
    mut left: usize,
    write: impl AsyncFn() -> Result<Response, Problem>,
) -> Result<Response, Problem> {
    loop {
        left -= 1;
        match write().await {
            Err(problem) if left > 0 && problem.code() == Code::VersionConflict => {}
            done => return done,
        }
    }
}

/// 409 when the caller has seen another version than this.
pub fn matched(request: &Request, version: Version) -> Result<(), Problem> {
    match request.if_match()? {
        Some(seen) if seen != version => Err(Problem::new(Code::VersionConflict)),
        _ => Ok(()),
    }
}
