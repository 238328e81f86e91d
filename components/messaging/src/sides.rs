//! A conversation as each of the two sees it: what they have not read, and the last message they see. Changed in the
//! commit of what changes it, while the conversation is held.

use p2p_sdk::{Batch, Uuid, params};

use crate::message::MessageRow;
use crate::pair::Pair;

/// Messages of one moment may be committed in another order than that of their ids: the last one is the one that a
/// conversation shows last.
const ADD: &str = "INSERT INTO conversation_sides (conversation_id, user_id, other_id, unread, last_message_id, updated_at) \
    VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (conversation_id, user_id) DO UPDATE SET \
    unread = conversation_sides.unread + excluded.unread, \
    last_message_id = CASE WHEN conversation_sides.last_message_id > excluded.last_message_id \
        THEN conversation_sides.last_message_id ELSE excluded.last_message_id END, \
    updated_at = CASE WHEN conversation_sides.last_message_id > excluded.last_message_id \
        THEN conversation_sides.updated_at ELSE excluded.updated_at END";
const LESS: &str =
    "UPDATE conversation_sides SET unread = unread - $3 WHERE conversation_id = $1 AND user_id = $2";
/// For whom the last message went, the one before it is the last.
const STEP_BACK: &str = "UPDATE conversation_sides SET (last_message_id, updated_at) = (\
        SELECT m.id, m.created_at FROM messages m WHERE m.conversation_id = $1 \
        AND ((m.sender_id = conversation_sides.user_id AND NOT m.hidden_for_sender) \
        OR (m.receiver_id = conversation_sides.user_id AND NOT m.hidden_for_receiver)) \
        ORDER BY m.id DESC LIMIT 1) \
    WHERE conversation_id = $1 AND last_message_id = $2";

/// A new message is the last one for both, and unread for its receiver. Both sides in the order of their people, so that
/// no two commits wait for each other.
pub fn add(batch: Batch, pair: &Pair, message: &MessageRow) -> Batch {
    let MessageRow { id, receiver_id, created_at, .. } = *message;
    [(pair.low, pair.high), (pair.high, pair.low)].into_iter().fold(batch, |batch, (user, other)| {
        let unread = i64::from(user == receiver_id);
        batch.run_one(ADD, params![pair.id, user, other, unread, id, created_at])
    })
}

/// The receiver has so many unread messages less.
pub fn less_unread(batch: Batch, message: &MessageRow, count: i64) -> Batch {
    if count == 0 {
        return batch;
    }
    batch.run_one(LESS, params![message.conversation_id, message.receiver_id, count])
}

/// A message is gone, or hidden by now: who saw it as the last one sees another there.
pub fn step_back(batch: Batch, conversation: Uuid, message: Uuid) -> Batch {
    batch.run(STEP_BACK, params![conversation, message])
}
