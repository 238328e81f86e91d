//! What posts and replies do to the row of their topic.

use p2p_sdk::{Batch, Timestamp, Uuid, params};

const MORE: &str = "UPDATE topics SET reply_count = reply_count + 1, last_activity_at = \
    CASE WHEN last_activity_at < $2 THEN $2 ELSE last_activity_at END WHERE id = $1 AND status = 'open'";
const FEWER: &str = "UPDATE topics SET reply_count = reply_count - $2, \
    best_reply_id = CASE WHEN $3 THEN NULL ELSE best_reply_id END, \
    best_author_id = CASE WHEN $3 THEN NULL ELSE best_author_id END, \
    has_best_answer = CASE WHEN $3 THEN $4 ELSE has_best_answer END \
    WHERE id = $1 AND status <> 'deleted' AND best_reply_id IS NOT DISTINCT FROM $5";

/// One more was written, if the topic still takes any.
pub fn more(batch: Batch, topic: Uuid, now: Timestamp) -> Batch {
    batch.run_one(MORE, params![topic, now])
}

/// So many are gone, and with them perhaps the best answer; `best` is what it was when that was decided.
pub fn fewer(batch: Batch, topic: Uuid, count: i64, best: Option<Uuid>, goes: bool) -> Batch {
    batch.run_one(FEWER, params![topic, count, goes, false, best])
}
