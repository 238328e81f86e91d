//! Two people who write to each other: one conversation, whoever begins it. Its id is made of both of theirs, so that it
//! is known without looking, and two first messages at once meet in one row.

use p2p_sdk::{Batch, Timestamp, Uuid, params};
use sha2::{Digest, Sha256};

/// Keeps these ids apart from any other hash of two ids.
const PURPOSE: &[u8] = b"p2p messaging pair";

const MAKE: &str = "INSERT INTO conversations (id, user_low, user_high, created_at) VALUES ($1, $2, $3, $4) \
    ON CONFLICT (id) DO NOTHING";
/// Changes nothing and holds the row: whoever else changes the conversation waits for this commit, and sees it in their
/// next statement. SQLite has one writer anyway; in PostgreSQL counters and last messages could pass each other.
const HOLD: &str = "UPDATE conversations SET created_at = created_at WHERE id = $1";
const HOLD_UNBLOCKED: &str = "UPDATE conversations SET created_at = created_at WHERE id = $1 AND NOT EXISTS \
    (SELECT 1 FROM blocks b WHERE (b.user_id = $2 AND b.blocked_id = $3) OR (b.user_id = $3 AND b.blocked_id = $2))";

/// Two people, in the order of their ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    /// The conversation's id.
    pub id: Uuid,
    pub low: Uuid,
    pub high: Uuid,
}

impl Pair {
    /// The same in either order.
    pub fn of(one: Uuid, other: Uuid) -> Self {
        let (low, high) = if one < other { (one, other) } else { (other, one) };
        Self { id: id(low, high), low, high }
    }

    /// A batch that makes the conversation when it is not there, and goes no further when one of the two does not want to
    /// hear from the other.
    pub fn begin(&self, now: Timestamp) -> Batch {
        Batch::new()
            .run(MAKE, params![self.id, self.low, self.high, now])
            .run_one(HOLD_UNBLOCKED, params![self.id, self.low, self.high])
    }
}

/// A batch of changes in a conversation that is there.
pub fn hold(conversation: Uuid) -> Batch {
    Batch::new().run_one(HOLD, params![conversation])
}

/// A UUID of version 8: sixteen bytes of a hash, but for the version's and the variant's bits.
fn id(low: Uuid, high: Uuid) -> Uuid {
    let hash: [u8; 32] = Sha256::new()
        .chain_update(PURPOSE)
        .chain_update(low.as_bytes())
        .chain_update(high.as_bytes())
        .finalize()
        .into();
    let mut bytes = [0; 16];
    for (byte, hashed) in bytes.iter_mut().zip(hash) {
        *byte = hashed;
    }
    let [.., version, _, variant, _, _, _, _, _, _, _] = &mut bytes;
    *version = *version & 0x0f | 0x80;
    *variant = *variant & 0x3f | 0x80;
    Uuid::from_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use p2p_sdk::Method;

    use super::*;
    use crate::fixture::Mail;

    #[test]
    fn a_pair_has_one_id_and_no_other_pair_has_it() {
        let [a, b, c] = [1, 2, 3].map(|n| Uuid::from_bytes([n; 16]));
        assert_eq!(Pair::of(a, b), Pair::of(b, a));
        assert_eq!((Pair::of(b, a).low, Pair::of(b, a).high), (a, b));
        assert_ne!(Pair::of(a, b).id, Pair::of(a, c).id);
    }

    #[test]
    fn the_id_is_kept_for_good() {
        let [a, b] = [1, 2].map(|n| Uuid::from_bytes([n; 16]));
        let text = Pair::of(a, b).id.to_string();
        assert_eq!(
            (&text[14..15], &text[19..20].chars().all(|c| "89ab".contains(c))),
            ("8", &true),
            "{text}"
        );
        assert_eq!(text, "08c73809-dd92-8eba-93f0-f83ca190ac47", "stored conversations are found by it");
    }

    #[test]
    fn the_commit_itself_holds_whom_somebody_blocked_meanwhile() {
        let mail = Mail::new();
        mail.say(&mail.huda, &mail.omar, "Hello");
        let pair = Pair::of(mail.huda.user_id, mail.omar.user_id);
        let hold = || mail.host.execute(HOLD_UNBLOCKED, params![pair.id, pair.low, pair.high]);
        assert_eq!(hold(), 1);
        for (by, whom) in [(&mail.huda, &mail.omar), (&mail.omar, &mail.huda)] {
            assert_eq!(mail.block(Method::Put, by, whom.user_id).status, 204);
            assert_eq!(hold(), 0);
            assert_eq!(mail.block(Method::Delete, by, whom.user_id).status, 204);
            assert_eq!(hold(), 1);
        }
    }
}
