//! Places of one feature in one tenant: so many calls run, so many wait a while, the rest are told to come back.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use p2p_context::Deadline;
use p2p_tenants::FeatureLimits;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout_at;

/// No place came free in time.
#[derive(Debug, PartialEq, Eq)]
pub struct Busy;

/// The places.
#[derive(Debug)]
pub struct Admission {
    permits: Arc<Semaphore>,
    waiting: AtomicU32,
    queue: u32,
    wait: std::time::Duration,
}

/// Counts a waiter, also when its future is dropped.
struct Waiting<'a>(&'a AtomicU32);

impl Admission {
    /// As many places as the limits say.
    pub fn new(limits: &FeatureLimits) -> Self {
        Self {
            permits: Arc::new(Semaphore::new(limits.concurrency.max(1) as usize)),
            waiting: AtomicU32::new(0),
            queue: limits.queue,
            wait: limits.queue_wait(),
        }
    }

    /// Takes a place, waiting no longer than the limits and the deadline allow.
    pub async fn enter(&self, deadline: Deadline) -> Result<OwnedSemaphorePermit, Busy> {
        if let Ok(permit) = Arc::clone(&self.permits).try_acquire_owned() {
            return Ok(permit);
        }
        let _waiting = self.queue_up()?;
        let until = deadline.min(Deadline::after(self.wait)).instant();
        match timeout_at(until.into(), Arc::clone(&self.permits).acquire_owned()).await {
            Ok(Ok(permit)) => Ok(permit),
            _ => Err(Busy),
        }
    }

    fn queue_up(&self) -> Result<Waiting<'_>, Busy> {
        let before = self.waiting.fetch_add(1, Relaxed);
        let waiting = Waiting(&self.waiting);
        if before < self.queue { Ok(waiting) } else { Err(Busy) }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn limits(concurrency: u32, queue: u32, queue_wait_ms: u64) -> FeatureLimits {
        FeatureLimits { concurrency, queue, queue_wait_ms, ..FeatureLimits::default() }
    }

    #[tokio::test]
    async fn a_full_queue_refuses_at_once_and_a_free_place_is_taken() {
        let admission = Admission::new(&limits(1, 0, 60_000));
        let deadline = Deadline::after(Duration::from_secs(60));
        let held = admission.enter(deadline).await.unwrap();
        assert_eq!(admission.enter(deadline).await.unwrap_err(), Busy);
        drop(held);
        assert!(admission.enter(deadline).await.is_ok());
    }

    #[tokio::test]
    async fn a_waiter_gives_up_after_the_wait_and_leaves_the_queue() {
        let admission = Admission::new(&limits(1, 1, 20));
        let deadline = Deadline::after(Duration::from_secs(60));
        let _held = admission.enter(deadline).await.unwrap();
        assert_eq!(admission.enter(deadline).await.unwrap_err(), Busy);
        assert_eq!(admission.waiting.load(Relaxed), 0);
    }
}
