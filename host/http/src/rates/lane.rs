//! One limit for many callers: a bucket each, which fills again steadily. Remembers a bounded number of callers; when
//! there are more strangers than that, they share buckets, so that no flood of addresses fills the memory.

use std::hash::{BuildHasher as _, RandomState};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};
use std::time::Duration;

use governor::clock::{Clock, MonotonicClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use p2p_context::TenantId;

use super::{Allowance, Caller};

/// Callers told apart, about 100 bytes each.
const MOST: usize = 100_000;
/// Requests between two looks at how many there are.
const LOOK: u32 = 256;
/// Buckets that strangers share when there are too many of them.
const CROWDS: u64 = 4_096;

type Key = (TenantId, Caller);
type Limiter<C> = RateLimiter<Key, DashMapStateStore<Key>, C, StateInformationMiddleware>;

/// See the module.
pub struct Lane<C: Clock = MonotonicClock> {
    limiter: Limiter<C>,
    clock: C,
    limit: u32,
    /// Until one more request may come.
    refill: Duration,
    most: usize,
    hasher: RandomState,
    is_crowded: AtomicBool,
    counted: AtomicU32,
}

impl Lane {
    /// So many requests in this span; none when there is no limit.
    pub fn new(limit: u32, span: Duration) -> Option<Self> {
        Self::on(MonotonicClock, limit, span, MOST)
    }
}

impl<C: Clock + Clone> Lane<C> {
    fn on(clock: C, limit: u32, span: Duration, most: usize) -> Option<Self> {
        let whole = NonZeroU32::new(limit)?;
        let refill = span / limit;
        let quota = Quota::with_period(refill)?.allow_burst(whole);
        let limiter = RateLimiter::dashmap_with_clock(quota, clock.clone()).with_middleware();
        let (hasher, is_crowded, counted) = (RandomState::new(), AtomicBool::new(false), AtomicU32::new(0));
        Some(Self { limiter, clock, limit, refill, most, hasher, is_crowded, counted })
    }

    /// Counts a request.
    pub fn count(&self, tenant: &TenantId, caller: Caller) -> Allowance {
        if self.counted.fetch_add(1, Relaxed) % LOOK == LOOK - 1 {
            self.look();
        }
        let key = (tenant.clone(), self.bucket(caller));
        let (remaining, wait) = match self.limiter.check_key(&key) {
            Ok(state) => (state.remaining_burst_capacity(), None),
            Err(until) => (0, Some(until.wait_time_from(self.clock.now()))),
        };
        let reset = self.refill * self.limit.saturating_sub(remaining);
        Allowance { limit: self.limit, remaining, reset, wait }
    }

    /// Whether strangers share buckets.
    pub fn is_crowded(&self) -> bool {
        self.is_crowded.load(Relaxed)
    }

    /// Forgets callers whose buckets are full again.
    pub fn tidy(&self) {
        self.limiter.retain_recent();
        self.is_crowded.store(self.limiter.len() >= self.most, Relaxed);
        if !self.is_crowded() {
            self.limiter.shrink_to_fit();
        }
    }

    /// Tidies before its time when there are too many. In a crowd that waits for its time: each look would cost as much
    /// as there are callers.
    fn look(&self) {
        if !self.is_crowded() && self.limiter.len() >= self.most {
            self.tidy();
        }
    }

    /// People who are signed in keep their own bucket: there are only as many as have signed up.
    fn bucket(&self, caller: Caller) -> Caller {
        match caller {
            Caller::V4(_) | Caller::V6(_) | Caller::Site(_) if self.is_crowded() => {
                let crowd = self.hasher.hash_one(caller) % CROWDS;
                Caller::Crowd(u16::try_from(crowd).unwrap_or_default())
            }
            caller => caller,
        }
    }
}

#[cfg(test)]
mod tests {
    use governor::clock::FakeRelativeClock;

    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn lane(limit: u32, most: usize) -> (Lane<FakeRelativeClock>, FakeRelativeClock) {
        let clock = FakeRelativeClock::default();
        (Lane::on(clock.clone(), limit, MINUTE, most).unwrap(), clock)
    }

    fn acme() -> TenantId {
        TenantId::new("acme").unwrap()
    }

    fn stranger(number: u32) -> Caller {
        Caller::V4(number.to_be_bytes())
    }

    #[test]
    fn the_eleventh_is_too_much_and_a_bucket_fills_again() {
        let (lane, clock) = lane(10, MOST);
        let first = lane.count(&acme(), stranger(1));
        assert_eq!((first.limit, first.remaining, first.reset), (10, 9, Duration::from_secs(6)));
        for _ in 0..9 {
            assert!(lane.count(&acme(), stranger(1)).wait.is_none());
        }
        let spent = lane.count(&acme(), stranger(1));
        assert_eq!((spent.remaining, spent.reset), (0, MINUTE));
        assert_eq!(spent.wait, Some(Duration::from_secs(6)));
        assert!(lane.count(&acme(), stranger(2)).wait.is_none());
        clock.advance(Duration::from_secs(6));
        assert!(lane.count(&acme(), stranger(1)).wait.is_none());
        assert!(lane.count(&acme(), stranger(1)).wait.is_some());
    }

    #[test]
    fn no_limit_is_no_lane() {
        assert!(Lane::new(0, MINUTE).is_none());
        assert!(Lane::new(u32::MAX, MINUTE).is_some());
    }

    #[test]
    fn a_flood_of_addresses_shares_buckets_until_it_is_over() {
        let (lane, clock) = lane(2, 1_000);
        let person = Caller::User(p2p_context::new_uuid());
        lane.count(&acme(), person);
        for number in 0..50_000 {
            lane.count(&acme(), stranger(number));
        }
        assert!(lane.is_crowded());
        let most = 1_000 + LOOK as usize + CROWDS as usize;
        assert!(lane.limiter.len() <= most, "{}", lane.limiter.len());
        assert!(lane.count(&acme(), person).wait.is_none(), "whoever is signed in is not one of them");
        clock.advance(MINUTE * 2);
        lane.tidy();
        assert!(!lane.is_crowded() && lane.limiter.is_empty());
    }
}
