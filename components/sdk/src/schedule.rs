//! Timed work: a job by its name, how often it is due, and who does it. When it runs, and that one host runs it, is the
//! host's business.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use serde_json::json;

use crate::events::{EventError, Heard};
use crate::feature::Feature;
use crate::{Ctx, Timestamp};

/// Bytes of a name.
#[cfg(feature = "describe")]
const NAME_MAX: usize = 48;
#[cfg(feature = "describe")]
const MINUTES_MAX: u64 = 31 * 24 * 60;

type Running<'a> = Pin<Box<dyn Future<Output = Heard> + 'a>>;
type Handler = Box<dyn for<'a> Fn(&'a Ctx, Timestamp) -> Running<'a> + Send + Sync>;

/// A job and who does it.
pub(crate) struct Job {
    pub(crate) name: &'static str,
    pub(crate) every: Duration,
    handler: Handler,
}

impl Job {
    pub(crate) fn new<H>(name: &'static str, every: Duration, handler: H) -> Self
    where
        H: AsyncFn(&Ctx, Timestamp) -> Heard + Copy + Send + Sync + 'static,
    {
        let handler: Handler =
            Box::new(move |ctx, due_at| Box::pin(async move { handler(ctx, due_at).await }));
        Self { name, every, handler }
    }

    /// What a host would refuse.
    #[cfg(feature = "describe")]
    pub(crate) fn mistake(&self) -> Option<String> {
        let Self { name, every, .. } = self;
        let is_name = name.len() <= NAME_MAX
            && name.starts_with(|first: char| first.is_ascii_lowercase())
            && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        let minutes = every.as_secs() / 60;
        let is_whole = *every == Duration::from_secs(minutes * 60);
        let fits = is_name && is_whole && (1..=MINUTES_MAX).contains(&minutes);
        (!fits)
            .then(|| format!("job {self:?}: a name is [a-z][a-z0-9-]*, a time whole minutes up to 31 days"))
    }
}

impl fmt::Debug for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} every {:?}", self.name, self.every)
    }
}

impl Feature {
    /// The names of its jobs.
    pub fn jobs(&self) -> impl Iterator<Item = &'static str> {
        self.jobs.iter().map(|job| job.name)
    }

    /// Does a job. One that is not among `jobs` is refused.
    pub async fn run(&self, ctx: &Ctx, name: &str, due_at: Timestamp) -> Heard {
        let done = match self.jobs.iter().find(|job| job.name == name) {
            Some(job) => (job.handler)(ctx, due_at).await,
            None => Err(EventError::Refuse(format!("there is no job {name}"))),
        };
        if let Err(error) = &done {
            ctx.warn("a job was not done", &json!({ "job": name, "cause": error.to_string() }));
        }
        done
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_host::TestHost;

    async fn late(ctx: &Ctx, due_at: Timestamp) -> Heard {
        if ctx.now() > due_at { Ok(()) } else { Err(EventError::Retry("early".to_owned())) }
    }

    #[test]
    fn a_job_is_done_by_its_name_and_told_when_it_was_due() {
        let every = Duration::from_secs(60);
        let host = TestHost::new(Feature::new("clocks", "1.0.0", "Has a job.").schedule("late", every, late));
        let now = host.now();
        assert_eq!(host.run_job("late", now.before(every)), Ok(()));
        assert!(matches!(host.run_job("late", now), Err(EventError::Retry(_))));
        assert!(matches!(host.run_job("other", now), Err(EventError::Refuse(_))));
        assert_eq!(host.logs().len(), 2, "what was not done is logged");
        assert_eq!(host.feature().jobs().collect::<Vec<_>>(), ["late"]);
    }
}
