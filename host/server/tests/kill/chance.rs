//! Chance that can be had again: the seed of a test is printed, and `P2P_KILL_SEED` sets it. Chooses numbers only.

use std::ops::RangeInclusive;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};

/// Where the numbers come from.
pub struct Chance(StdRng);

impl Chance {
    /// Another one each time, unless the environment names it.
    pub fn new() -> Self {
        let named = std::env::var("P2P_KILL_SEED").ok().map(|seed| seed.parse().unwrap());
        let seed: u64 = named.unwrap_or_else(|| rand::rng().random());
        println!("the moments of this test come again with P2P_KILL_SEED={seed}");
        Self(StdRng::seed_from_u64(seed))
    }

    /// A number.
    pub fn of(&mut self, range: RangeInclusive<u64>) -> u64 {
        self.0.random_range(range)
    }

    /// Lets some milliseconds pass. Not to wait for anything: it chooses a moment.
    pub async fn pass(&mut self, range: RangeInclusive<u64>) {
        tokio::time::sleep(Duration::from_millis(self.of(range))).await;
    }
}
