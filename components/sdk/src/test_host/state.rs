//! What the fakes share: the time, the seed, and all that a host would remember outside the feature's store.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use super::blobs::Files;
use super::card::Card;
use super::fakes::{Entry, LogLine};
use super::identity::People;
use super::mail::Letter;
use crate::Uuid;

/// 2026-01-01T00:00:00Z, in microseconds.
const BEGINNING: i64 = 1_767_225_600_000_000;
const SEED: u64 = 0x9E37_79B9_7F4A_7C15;

pub(super) struct State {
    pub(super) now: Cell<i64>,
    pub(super) random: Cell<u64>,
    pub(super) ids: Cell<u64>,
    pub(super) settings: RefCell<Vec<u8>>,
    pub(super) logs: RefCell<Vec<LogLine>>,
    pub(super) cards: RefCell<Vec<Card>>,
    pub(super) cache: RefCell<HashMap<String, Entry>>,
    pub(super) files: RefCell<Files>,
    pub(super) people: RefCell<People>,
    pub(super) letters: RefCell<Vec<Letter>>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            now: Cell::new(BEGINNING),
            random: Cell::new(SEED),
            ids: Cell::default(),
            settings: RefCell::new(b"{}".to_vec()),
            logs: RefCell::default(),
            cards: RefCell::default(),
            cache: RefCell::default(),
            files: RefCell::default(),
            people: RefCell::default(),
            letters: RefCell::default(),
        }
    }
}

impl State {
    /// The next number of the seeded series (splitmix64).
    pub(super) fn next_random(&self) -> u64 {
        let seed = self.random.get().wrapping_add(SEED);
        self.random.set(seed);
        let mixed = (seed ^ (seed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A UUID of version 7: the time, then a counter, so that ids of one moment keep their order.
    pub(super) fn new_id(&self) -> Uuid {
        let millis = u64::try_from(self.now.get() / 1000).unwrap_or(0);
        let count = self.ids.get();
        self.ids.set(count + 1);
        let high = millis << 16 | 0x7000 | count >> 12 & 0xfff;
        let low = 0x8000_0000_0000_0000 | (count & 0xfff) << 50 | self.next_random() >> 14;
        Uuid::from_bytes((u128::from(high) << 64 | u128::from(low)).to_be_bytes())
    }
}
