//! A write that rests on what was read before it: tried again from the beginning when another write came between.

use crate::problem::{Code, Problem};
use crate::{Request, Response};

/// Two people who keep at the same thing are not served for ever.
const TRIES: usize = 5;

/// Reads, decides and writes, and does it all again on 409 `VERSION_CONFLICT`, a few times.
pub async fn again(write: impl AsyncFn() -> Result<Response, Problem>) -> Result<Response, Problem> {
    tried(TRIES, write).await
}

/// The same, unless the caller named the version that is to be changed (`If-Match`): then a conflict is theirs to know.
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

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;
    use crate::request::Method;

    /// How often a write is tried that a few others come before, and what comes of it.
    fn tries(request: &Request, others: usize) -> (usize, Option<Code>) {
        let tried = Cell::new(0);
        let write = async || {
            tried.set(tried.get() + 1);
            if tried.get() > others {
                Ok(Response::no_content())
            } else {
                Err(Problem::new(Code::VersionConflict))
            }
        };
        let mut done = pin!(again_unless_matched(request, write));
        let Poll::Ready(done) = done.as_mut().poll(&mut Context::from_waker(Waker::noop())) else {
            unreachable!()
        };
        (tried.get(), done.err().map(|problem| problem.code()))
    }

    #[test]
    fn a_conflict_is_tried_again_unless_it_is_the_callers() {
        let mut request = Request::new(Method::Patch, "/a");
        assert_eq!(tries(&request, 0), (1, None));
        assert_eq!(tries(&request, 4), (5, None));
        assert_eq!(tries(&request, 9), (5, Some(Code::VersionConflict)));
        request.headers.push("if-match", "\"1\"");
        assert_eq!(tries(&request, 1), (1, Some(Code::VersionConflict)));
    }
}
