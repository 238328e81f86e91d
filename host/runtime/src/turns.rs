//! Calls that compute for long take turns: between two slices of theirs everybody else is served. Ends nobody; that is
//! what deadlines are for.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;

use crate::engine::TICK;

/// Slices of one call that are nobody's concern, a quarter of a second of computing.
const GRACE: u32 = 25;
/// Between two slices of those who take turns, so that half of a thread is left to others.
const PAUSE: Duration = Duration::from_millis(2 * TICK.as_millis() as u64);

/// The lanes in which calls that compute for long wait for their next slice.
pub struct Turns {
    lanes: Arc<Semaphore>,
}

impl Turns {
    /// One lane for two threads of the executor.
    pub fn new(threads: usize) -> Self {
        Self { lanes: Arc::new(Semaphore::new((threads / 2).max(1))) }
    }

    /// What a call waits for behind a slice, when it has had so many. Through the executor's own yield or timer: a guest
    /// that only woke itself would be polled dozens of times before the executor looks at its sockets again.
    pub fn next(&self, slices: u32) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        if slices <= GRACE {
            return Box::pin(tokio::task::yield_now());
        }
        let lanes = Arc::clone(&self.lanes);
        Box::pin(async move {
            // Whoever waits in a lane leaves it to nobody until the pause is over: so many slices begin, not more.
            let _lane = lanes.acquire().await;
            tokio::time::sleep(PAUSE).await;
        })
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::*;

    /// How long so many calls wait for one more slice each, behind so many.
    async fn wait(turns: &Turns, calls: u32, slices: u32) -> Duration {
        let begun = Instant::now();
        futures::future::join_all((0..calls).map(|_| turns.next(slices))).await;
        begun.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn a_short_call_waits_for_nothing_and_long_ones_come_one_after_the_other() {
        let turns = Turns::new(2);
        assert_eq!(wait(&turns, 8, GRACE).await, Duration::ZERO);
        assert!(wait(&turns, 1, GRACE + 1).await >= PAUSE);
        assert!(wait(&turns, 8, GRACE + 1).await >= 8 * PAUSE);
        assert!(wait(&Turns::new(8), 8, GRACE + 1).await < 3 * PAUSE);
    }
}
