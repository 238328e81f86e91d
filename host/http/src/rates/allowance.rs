//! What is left of a limit, and how an answer says so.

use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::problem::{Code, Problem};

const LIMIT: HeaderName = HeaderName::from_static("ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("ratelimit-reset");

/// What a caller has left after a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// Requests of the whole limit.
    pub limit: u32,
    /// Requests that may follow at once.
    pub remaining: u32,
    /// Until the whole limit is there again.
    pub reset: Duration,
    /// Until the next request may come, when this one was too much.
    pub wait: Option<Duration>,
}

impl Allowance {
    /// The same where a wider limit holds as well.
    pub fn within(self, wider: Self) -> Self {
        let remaining = self.remaining.min(wider.remaining);
        match wider.wait {
            Some(_) => Self { remaining, reset: wider.reset, wait: wider.wait, ..self },
            None => Self { remaining, ..self },
        }
    }

    /// The refusal of a request that was too much.
    pub fn check(&self) -> Result<(), Problem> {
        match self.wait {
            Some(wait) => Err(Problem::from(Code::RateLimited).retry_after(seconds(wait).max(1))),
            None => Ok(()),
        }
    }

    /// Says so on an answer.
    pub fn apply(&self, headers: &mut HeaderMap) {
        headers.insert(LIMIT, HeaderValue::from(self.limit));
        headers.insert(REMAINING, HeaderValue::from(self.remaining));
        headers.insert(RESET, HeaderValue::from(seconds(self.reset)));
    }
}

/// Whole seconds, rounded up: who waits so long has waited long enough.
fn seconds(span: Duration) -> u32 {
    u32::try_from(span.as_millis().div_ceil(1_000)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use http::header::RETRY_AFTER;

    use super::*;

    #[test]
    fn times_are_rounded_up_and_a_refusal_says_when_to_come_back() {
        let reset = Duration::from_millis(1_001);
        let left = Allowance { limit: 10, remaining: 3, reset, wait: None };
        let mut headers = HeaderMap::new();
        left.apply(&mut headers);
        let said = [LIMIT, REMAINING, RESET].map(|name| headers[name].to_str().unwrap().to_owned());
        assert_eq!(said, ["10", "3", "2"]);
        assert!(left.check().is_ok());
        let spent = Allowance { remaining: 0, wait: Some(Duration::from_millis(3)), ..left };
        let problem = spent.check().unwrap_err();
        assert_eq!((problem.status.as_u16(), &problem.headers[..]), (429, &[(RETRY_AFTER, 1.into())][..]));
    }
}
