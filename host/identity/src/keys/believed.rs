//! Keys that were read a short while ago, so that a request with one costs no store, and which of them were used.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use moka::sync::Cache;
use p2p_context::{TenantId, Timestamp};
use uuid::Uuid;

use super::table::KeyRow;

/// So long a key is believed without asking the store again, and a revocation elsewhere may go unnoticed.
const BELIEVED: Duration = Duration::from_secs(30);
/// A secret that does not fit a key makes this replica read the key again, but not more often than this: somebody may
/// have changed the secret elsewhere.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// Keys believed at the same time, about 500 bytes each.
const MOST: u64 = 10_000;
/// Between two notes that a key was used.
const NOTED: Duration = Duration::from_secs(60);

/// A key's full name.
pub type KeyName = (TenantId, Uuid);

/// A key that was read.
pub struct KnownKey {
    /// As it stood in the store.
    pub row: KeyRow,
    read_at: Timestamp,
    /// When its use was last noted, microseconds.
    noted: AtomicI64,
}

/// See the module.
pub struct Believed {
    /// None for ids that are no key's: whoever guesses one costs a look each half minute.
    keys: Cache<KeyName, Option<Arc<KnownKey>>>,
    /// How often keys changed here: what was read before a change may not be believed after it.
    changes: AtomicU64,
    used: Mutex<HashMap<KeyName, Timestamp>>,
}

/// A moment before a key is read, to tell whether one changed meanwhile.
pub struct Before {
    changes: u64,
    now: Timestamp,
}

impl KnownKey {
    fn new(row: KeyRow, read_at: Timestamp) -> Self {
        let noted = row.key.last_used_at.map_or(i64::MIN, |at| at.0);
        Self { row, read_at, noted: AtomicI64::new(noted) }
    }

    /// Whether the store may know better by now.
    pub fn may_have_changed(&self, now: Timestamp) -> bool {
        now >= self.read_at.plus(LOOK_AGAIN)
    }
}

impl Believed {
    /// Nothing was read yet.
    pub fn new() -> Self {
        let keys = Cache::builder().max_capacity(MOST).time_to_live(BELIEVED).build();
        Self { keys, changes: AtomicU64::new(0), used: Mutex::default() }
    }

    /// What is believed: none when it has to be read, none within when it is no key.
    pub fn get(&self, name: &KeyName) -> Option<Option<Arc<KnownKey>>> {
        self.keys.get(name)
    }

    /// To be called before a key is read.
    pub fn before(&self, now: Timestamp) -> Before {
        Before { changes: self.changes.load(SeqCst), now }
    }

    /// Remembers what was read, unless a key has changed since.
    pub fn keep(&self, before: &Before, name: &KeyName, row: Option<KeyRow>) -> Option<Arc<KnownKey>> {
        let found = row.map(|row| Arc::new(KnownKey::new(row, before.now)));
        self.keys.insert(name.clone(), found.clone());
        if self.changes.load(SeqCst) != before.changes {
            self.keys.invalidate(name);
        }
        found
    }

    /// To be called when a key has changed.
    pub fn forget(&self, name: &KeyName) {
        self.changes.fetch_add(1, SeqCst);
        self.keys.invalidate(name);
    }

    /// Remembers, once a minute and key, that it was used.
    pub fn note_use(&self, name: &KeyName, known: &KnownKey, now: Timestamp) {
        let noted = known.noted.load(SeqCst);
        let is_due = now >= Timestamp(noted).plus(NOTED);
        if is_due && known.noted.compare_exchange(noted, now.0, SeqCst, SeqCst).is_ok() {
            let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
            used.insert(name.clone(), now);
        }
    }

    /// The keys whose use is to be written down.
    pub fn take_used(&self) -> HashMap<KeyName, Timestamp> {
        std::mem::take(&mut *self.used.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
