//! What happens to a session when a refresh token is presented: the one-phase scheme of CDI 5.6 as a pure function.

use std::time::Duration;

use crate::refresh_token::StoredHash;

/// What a store keeps of a session's refresh tokens. The first of a session has no previous one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefreshState {
    /// The token that was issued last.
    pub current: StoredHash,
    /// The token that was traded for it.
    pub previous: Option<StoredHash>,
    /// When that was, milliseconds since 1970.
    pub rotated_ms: i64,
    /// When the session ends unless it is refreshed before.
    pub expires_ms: i64,
}

/// A token that came with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Presented {
    /// Its hash.
    pub hash: StoredHash,
    /// The token it was traded for.
    pub parent: Option<StoredHash>,
}

/// How long things last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RotationRules {
    /// For so long after a rotation the previous token still works: an answer may have been lost.
    pub grace: Duration,
    /// A session that is not refreshed for this long ends.
    pub validity: Duration,
}

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rotation {
    /// Keep this state if the stored one is still what it was, and hand the new token out.
    Rotated(RefreshState),
    /// The session has ended by itself.
    Expired,
    /// The token was traded long ago: it is in two hands. Revoke the session.
    Reused,
}

/// Trades the presented token for one with the hash `next`.
///
/// Two requests that present the same token at once both get a child of it. Either child may be the one that the
/// browser keeps, so a sibling of the current token counts as current; whichever is traded first makes the other's
/// later use a reuse.
pub fn rotate(
    state: &RefreshState,
    presented: Presented,
    next: StoredHash,
    now_ms: i64,
    rules: RotationRules,
) -> Rotation {
    if state.expires_ms <= now_ms {
        return Rotation::Expired;
    }
    let is_sibling = state.previous.is_some() && presented.parent == state.previous;
    if presented.hash == state.current || is_sibling {
        return Rotation::Rotated(RefreshState {
            current: next,
            previous: Some(presented.hash),
            rotated_ms: now_ms,
            expires_ms: now_ms.saturating_add(millis(rules.validity)),
        });
    }
    let in_grace = now_ms.saturating_sub(state.rotated_ms) <= millis(rules.grace);
    if state.previous == Some(presented.hash) && in_grace {
        return Rotation::Rotated(RefreshState { current: next, ..*state });
    }
    Rotation::Reused
}

fn millis(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const RULES: RotationRules =
        RotationRules { grace: Duration::from_secs(30), validity: Duration::from_secs(1000) };

    fn hash(n: u8) -> StoredHash {
        StoredHash([n; 32])
    }

    /// Token `n` whose parent is token `parent`.
    fn token(n: u8, parent: u8) -> Presented {
        Presented { hash: hash(n), parent: (parent > 0).then(|| hash(parent)) }
    }

    fn fresh() -> RefreshState {
        RefreshState { current: hash(1), previous: None, rotated_ms: 0, expires_ms: 1_000_000 }
    }

    fn rotated(state: &RefreshState, presented: Presented, next: u8, now_ms: i64) -> RefreshState {
        match rotate(state, presented, hash(next), now_ms, RULES) {
            Rotation::Rotated(state) => state,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_current_token_is_traded_and_extends_the_session() {
        let state = rotated(&fresh(), token(1, 0), 2, 500);
        assert_eq!(
            state,
            RefreshState {
                current: hash(2),
                previous: Some(hash(1)),
                rotated_ms: 500,
                expires_ms: 1_000_500
            }
        );
    }

    #[test]
    fn a_lost_answer_may_be_asked_for_again_within_the_grace() {
        let state = rotated(&fresh(), token(1, 0), 2, 500);
        let again = rotated(&state, token(1, 0), 3, 30_500);
        assert_eq!(again, RefreshState { current: hash(3), ..state }, "the grace is not extended");
        assert_eq!(rotate(&again, token(1, 0), hash(4), 30_501, RULES), Rotation::Reused);
    }

    #[test]
    fn of_two_siblings_either_may_go_on_but_not_both() {
        let state = rotated(&rotated(&fresh(), token(1, 0), 2, 500), token(1, 0), 3, 600);
        for (goes_on, left) in [(2, 3), (3, 2)] {
            let next = rotated(&state, token(goes_on, 1), 4, 900_000);
            assert_eq!(next.previous, Some(hash(goes_on)));
            assert_eq!(rotate(&next, token(left, 1), hash(5), 900_001, RULES), Rotation::Reused);
        }
    }

    #[test]
    fn a_session_ends_by_itself() {
        assert_eq!(rotate(&fresh(), token(1, 0), hash(2), 1_000_000, RULES), Rotation::Expired);
    }

    proptest! {
        /// However tokens are presented, one that was traded twice over never works again.
        #[test]
        fn a_grandparent_is_always_reuse(steps in proptest::collection::vec(1i64..900, 3..40)) {
            let (mut state, mut now, mut newest) = (fresh(), 0, 1u8);
            for step in steps {
                now += step * 1000;
                state = rotated(&state, token(newest, newest - 1), newest + 1, now);
                newest += 1;
                for old in 1..newest - 1 {
                    prop_assert_eq!(rotate(&state, token(old, old - 1), hash(200), now, RULES), Rotation::Reused);
                }
            }
        }
    }
}
