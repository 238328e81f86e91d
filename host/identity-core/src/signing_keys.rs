//! The signing keys of one tenant over time: which one signs now, when a new one is due, when an old one may go.

use std::sync::Arc;
use std::time::Duration;

use crate::signing::SigningKey;

/// Nobody may keep public keys for longer: a lost key can then be taken away by hand.
const LONGEST_PUBLIC: Duration = Duration::from_hours(1);

/// A tenant's keys, oldest first.
#[derive(Debug, Clone, Default)]
pub struct SigningKeys(Vec<Arc<SigningKey>>);

/// When keys change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyPlan {
    /// A key signs for this long.
    pub interval: Duration,
    /// A new key is known to every replica for this long before it signs.
    pub lead: Duration,
    /// A key that has stopped signing still verifies for this long.
    pub retention: Duration,
}

impl SigningKeys {
    /// Puts them in order.
    pub fn new(keys: impl IntoIterator<Item = SigningKey>) -> Self {
        let mut keys: Vec<_> = keys.into_iter().map(Arc::new).collect();
        keys.sort_by_key(|key| key.created_ms());
        Self(keys)
    }

    /// The key of this name.
    pub fn find(&self, kid: &str) -> Option<&Arc<SigningKey>> {
        self.0.iter().find(|key| key.public().kid() == kid)
    }

    /// All of them, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Arc<SigningKey>> {
        self.0.iter()
    }
}

impl KeyPlan {
    /// Weekly keys, published a minute ahead, kept for twice the life of a token.
    pub fn weekly(access_validity: Duration) -> Self {
        let week = Duration::from_hours(168);
        Self { interval: week, lead: Duration::from_mins(1), retention: access_validity * 2 }
    }

    /// The key that signs now: the newest one that is known everywhere, or the only one there is.
    pub fn signing<'a>(&self, keys: &'a SigningKeys, now_ms: i64) -> Option<&'a Arc<SigningKey>> {
        let is_known = |key: &&Arc<SigningKey>| self.signs_from(key) <= now_ms;
        keys.0.iter().rfind(is_known).or_else(|| keys.0.first())
    }

    /// Whether a new key should be made.
    pub fn is_due(&self, keys: &SigningKeys, now_ms: i64) -> bool {
        keys.0.last().is_none_or(|newest| newest.created_ms().saturating_add(millis(self.interval)) <= now_ms)
    }

    /// How long others may keep the public keys: until a key that is not among them may sign. One that is made while
    /// nobody has looked yet does not sign before the lead is over.
    pub fn public_for(&self, keys: &SigningKeys, now_ms: i64) -> Duration {
        let next =
            keys.0.last().map_or(now_ms, |newest| newest.created_ms().saturating_add(millis(self.interval)));
        let left = next.max(now_ms).saturating_sub(now_ms);
        let left = Duration::from_millis(u64::try_from(left).unwrap_or_default());
        left.saturating_add(self.lead).min(LONGEST_PUBLIC)
    }

    /// Keys, by the time they were made, whose last token is long dead: their successor signs since.
    pub fn retired(&self, keys: &SigningKeys, now_ms: i64) -> Vec<i64> {
        let is_long_since =
            |key: &SigningKey| self.signs_from(key).saturating_add(millis(self.retention)) < now_ms;
        let successors = keys.0.iter().skip(1);
        keys.0
            .iter()
            .zip(successors)
            .filter(|(_, successor)| is_long_since(successor))
            .map(|(key, _)| key.created_ms())
            .collect()
    }

    fn signs_from(&self, key: &SigningKey) -> i64 {
        key.created_ms().saturating_add(millis(self.lead))
    }
}

fn millis(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use getrandom::SysRng;

    use super::*;

    const MINUTE: i64 = 60_000;
    const WEEK: i64 = 168 * 60 * MINUTE;

    fn plan() -> KeyPlan {
        KeyPlan::weekly(Duration::from_hours(1))
    }

    fn keys(created: &[i64]) -> SigningKeys {
        SigningKeys::new(created.iter().map(|ms| SigningKey::generate(*ms, &mut SysRng).unwrap()))
    }

    fn signing(keys: &SigningKeys, now_ms: i64) -> Option<i64> {
        plan().signing(keys, now_ms).map(|key| key.created_ms())
    }

    #[test]
    fn the_first_key_signs_at_once_and_its_successor_after_the_lead() {
        assert_eq!(signing(&keys(&[]), 0), None);
        let two = keys(&[WEEK, 0]);
        assert_eq!(signing(&keys(&[5]), 5), Some(5));
        assert_eq!(signing(&two, WEEK), Some(0));
        assert_eq!(signing(&two, WEEK + MINUTE), Some(WEEK));
        assert!(two.find("d-0").is_some() && two.find("d-1").is_none());
    }

    #[test]
    fn public_keys_are_kept_no_longer_than_until_an_unknown_one_may_sign() {
        let one = keys(&[0]);
        let minutes = |now_ms| plan().public_for(&one, now_ms).as_millis() as i64 / MINUTE;
        assert_eq!((minutes(0), minutes(WEEK - 59 * MINUTE), minutes(WEEK - 30 * MINUTE)), (60, 60, 31));
        assert_eq!((minutes(WEEK), minutes(3 * WEEK)), (1, 1), "a late key signs late");
        assert_eq!(plan().public_for(&keys(&[]), 5), Duration::from_mins(1));
    }

    #[test]
    fn a_key_is_due_each_week_and_goes_when_its_last_token_is_long_dead() {
        assert!(plan().is_due(&keys(&[]), 0));
        let one = keys(&[0]);
        assert!(!plan().is_due(&one, WEEK - 1));
        assert!(plan().is_due(&one, WEEK));
        assert_eq!(plan().retired(&one, 100 * WEEK), Vec::<i64>::new(), "the last key never goes");
        let two = keys(&[0, WEEK]);
        let switched = WEEK + MINUTE;
        assert_eq!(plan().retired(&two, switched + 120 * MINUTE), Vec::<i64>::new());
        assert_eq!(plan().retired(&two, switched + 120 * MINUTE + 1), vec![0]);
    }
}
