//! What must still be as it was read when it is told again.

use p2p_sdk::{Batch, Uuid, params};

use crate::replies::ReplyRow;
use crate::topics::Seen;

/// These change nothing and hold what was read: a page that somebody writes to meanwhile is read again, so that nothing is
/// told behind an event that has made it old.
const SAME_TOPIC: &str =
    "UPDATE topics SET version = version WHERE id = $1 AND version = $2 AND status <> 'deleted'";
const SAME_POST: &str =
    "UPDATE posts SET version = version WHERE id = $1 AND version = $2 AND status = 'open'";
const SAME_REPLY: &str =
    "UPDATE replies SET version = version WHERE id = $1 AND version = $2 AND status = 'open'";

/// What must still be as it was read, each thing once.
#[derive(Default)]
pub struct Guards(Vec<(&'static str, Uuid, i64)>);

impl Guards {
    /// Of a topic.
    pub fn topic(&mut self, topic: &Seen) {
        self.add(SAME_TOPIC, topic.id, topic.version);
    }

    /// Of a post.
    pub fn post(&mut self, id: Uuid, version: i64) {
        self.add(SAME_POST, id, version);
    }

    /// Of a reply.
    pub fn reply(&mut self, reply: &ReplyRow) {
        self.add(SAME_REPLY, reply.id, reply.version);
    }

    fn add(&mut self, statement: &'static str, id: Uuid, version: i64) {
        let guard = (statement, id, version);
        if !self.0.contains(&guard) {
            self.0.push(guard);
        }
    }

    /// Before what is told, and in one order for everybody, so that no two wait for each other: topics before posts before replies, as writers do.
    pub fn before(mut self, told: Batch) -> Batch {
        let rank = |statement: &str| [SAME_TOPIC, SAME_POST].iter().position(|known| *known == statement);
        self.0.sort_by_key(|(statement, id, _)| (rank(statement).unwrap_or(2), *id.as_bytes()));
        let guard = |batch: Batch, (statement, id, version)| batch.run_one(statement, params![id, version]);
        self.0.into_iter().fold(told, guard)
    }
}
