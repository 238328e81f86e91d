//! Sessions whose access tokens are no longer to be believed, kept in memory so that a request need not ask a store.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use p2p_context::Timestamp;

/// What is known against a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing.
    Good,
    /// Its claims have changed: refresh.
    Stale,
    /// It has ended.
    Ended,
}

/// One line of the table of revocations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revocation {
    /// The session.
    pub handle: String,
    /// Tokens with claims stated before this (milliseconds) are stale; none when the session has ended.
    pub claims_at: Option<i64>,
    /// When it was written.
    pub revoked_at: Timestamp,
}

/// All that matter: one that is older than an access token lives can be forgotten.
#[derive(Debug, Default)]
pub struct Revocations(RwLock<HashMap<String, (Option<i64>, Timestamp)>>);

impl Revocations {
    /// Takes note. What was known is never softened, whatever the order.
    pub fn note(&self, revocation: Revocation) {
        let Revocation { handle, claims_at, revoked_at } = revocation;
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let entry = known.entry(handle).or_insert((claims_at, revoked_at));
        entry.0 = entry.0.zip(claims_at).map(|(known, new)| known.max(new));
        entry.1 = entry.1.max(revoked_at);
    }

    /// What is known against a session, for a token whose claims were stated then.
    pub fn verdict(&self, handle: &str, stated_ms: i64) -> Verdict {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        match known.get(handle) {
            None => Verdict::Good,
            Some((None, _)) => Verdict::Ended,
            Some((Some(claims_at), _)) if stated_ms < *claims_at => Verdict::Stale,
            Some(_) => Verdict::Good,
        }
    }

    /// Drops what is older.
    pub fn forget_before(&self, time: Timestamp) {
        self.0
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .retain(|_, (_, revoked_at)| *revoked_at >= time);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(revocations: &Revocations, claims_at: Option<i64>, at: i64) {
        revocations.note(Revocation { handle: "h".into(), claims_at, revoked_at: Timestamp(at) });
    }

    #[test]
    fn stale_claims_need_a_refresh_and_newer_ones_do_not() {
        let revocations = Revocations::default();
        note(&revocations, Some(100), 1);
        note(&revocations, Some(50), 1);
        assert_eq!(revocations.verdict("h", 99), Verdict::Stale);
        assert_eq!(revocations.verdict("h", 100), Verdict::Good);
        assert_eq!(revocations.verdict("other", 0), Verdict::Good);
    }

    #[test]
    fn an_end_is_final_until_it_is_forgotten() {
        let revocations = Revocations::default();
        note(&revocations, None, 1);
        note(&revocations, Some(50), 7);
        assert_eq!(revocations.verdict("h", 99), Verdict::Ended);
        revocations.forget_before(Timestamp(7));
        assert_eq!(revocations.verdict("h", 99), Verdict::Ended);
        revocations.forget_before(Timestamp(8));
        assert_eq!(revocations.verdict("h", 99), Verdict::Good);
    }
}
