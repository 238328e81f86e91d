//! The statements that make a thing what it was told to be, or take it away with everything below it; what it counts for
//! moves in the same commit.

use p2p_sdk::{Batch, Uuid, params};

use super::Thing;
use super::tally::tally;
use crate::moments::week_of;

/// Makes the row, or holds it: who else writes of this thing waits.
const HOLD: &str = "INSERT INTO things (id, kind, counter, status, root_id, post_id, author_id, week, created_at) \
    VALUES ($1, $2, $3, 'new', $4, $5, $6, $7, $8) ON CONFLICT (id) DO UPDATE SET status = things.status";
/// What is in something that was deleted is deleted. What once was stays so.
const PUT: &str = "UPDATE things SET counter = $2, status = CASE WHEN EXISTS \
    (SELECT 1 FROM things o WHERE o.id IN (things.root_id, things.post_id) AND o.status = 'deleted') \
    THEN 'deleted' ELSE $3 END, organization_id = $4, visible_to = $5, title = COALESCE($6, title), \
    slug = COALESCE($7, slug), category = COALESCE($8, category), likes = COALESCE($9, likes), \
    is_best = COALESCE($10, is_best), week = $11, created_at = $12 WHERE id = $1 AND status <> 'deleted'";
/// Nothing else: how the thing is otherwise may have been read before it was changed.
const LIKE: &str = "UPDATE things SET likes = $2 WHERE id = $1 AND status <> 'deleted'";

/// What is taken away, with everything below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gone {
    /// A topic or a use case.
    Root,
    /// A post and its replies.
    Post,
    /// A reply.
    Reply,
}

impl Gone {
    /// The column by which it and what is below it are found.
    pub const fn column(self) -> &'static str {
        match self {
            Self::Root => "root_id",
            Self::Post => "post_id",
            Self::Reply => "id",
        }
    }
}

/// Makes it what it was told to be.
pub fn put(batch: Batch, thing: &Thing<'_>) -> Batch {
    let batch = hold(batch, thing);
    let batch = tally(batch, "id", thing.id, -1);
    let status = if thing.is_open { "open" } else { "hidden" };
    let row = params![
        thing.id,
        thing.counter,
        status,
        thing.organization_id,
        thing.visible_to,
        thing.title,
        thing.slug,
        thing.category,
        thing.likes,
        thing.is_best,
        week_of(thing.created_at),
        thing.created_at
    ];
    tally(batch.run(PUT, row), "id", thing.id, 1)
}

/// Says how many like it. What is not known is liked by nobody.
pub fn like(batch: Batch, id: Uuid, likes: i64) -> Batch {
    tally(tally(batch, "id", id, -1).run(LIKE, params![id, likes]), "id", id, 1)
}

/// Takes it away, also when it was never told of before: what comes late then finds it gone. Activities around it go too.
pub fn remove(batch: Batch, gone: Gone, thing: &Thing<'_>) -> Batch {
    let column = gone.column();
    let batch = tally(hold(batch, thing), column, thing.id, -1);
    let activities =
        format!("DELETE FROM activities WHERE entity_id IN (SELECT id FROM things WHERE {column} = $1)");
    let things = format!(
        "UPDATE things SET status = 'deleted', title = '', slug = '', category = '' WHERE {column} = $1"
    );
    batch.run(&activities, params![thing.id]).run(&things, params![thing.id])
}

fn hold(batch: Batch, thing: &Thing<'_>) -> Batch {
    let Thing { id, kind, counter, root_id, post_id, author_id, created_at, .. } = *thing;
    let week = week_of(created_at);
    let row = params![id, kind.as_str(), counter, root_id, post_id, author_id, week, created_at];
    batch.run_one(HOLD, row)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::fixture::Board;

    #[test]
    fn what_is_deleted_takes_along_what_is_below_it_and_does_not_come_back() {
        let board = Board::new();
        let topic = board.topic(&board.layla, "Pump P-101");
        let (one, other) = (board.post(topic, &board.omar), board.post(topic, &board.omar));
        let best = board.reply(topic, one, &board.layla);
        board.reply(topic, other, &board.layla);
        let payload = board.reply_payload(topic, one, best, &board.layla);
        board.told("forums.answer.chosen", payload.clone(), &json!({}));
        assert_eq!(board.made(&board.layla), [1, 0, 2, 1]);
        let gone = board.reply(topic, other, &board.stranger);
        let gone = board.reply_payload(topic, other, gone, &board.stranger);
        board.told("forums.reply.deleted", gone.clone(), &json!({}));
        board.told("forums.reply.retold", gone, &json!({}));
        assert_eq!(board.made(&board.stranger), [0; 4]);
        board.told("forums.post.deleted", board.post_payload(topic, one, &board.omar), &json!({}));
        board.told("forums.answer.withdrawn", payload.clone(), &json!({}));
        assert_eq!((board.made(&board.layla), board.made(&board.omar)), ([1, 0, 1, 0], [0, 1, 0, 0]));
        board.told("forums.reply.retold", payload, &json!({ "best": true }));
        assert_eq!(board.made(&board.layla), [1, 0, 1, 0]);
        board.told("forums.topic.deleted", board.topic_payload(&board.layla, topic, ""), &json!({}));
        assert_eq!((board.made(&board.layla), board.made(&board.omar)), ([0; 4], [0; 4]));
        let late = board.host.new_id();
        board.told("forums.post.created", board.post_payload(topic, late, &board.omar), &json!({}));
        assert_eq!(board.made(&board.omar), [0; 4], "nothing is in a topic that is gone");
        let log = board.host.get("/activity").by(&board.layla).send().json();
        assert_eq!(log["items"], json!([]));
    }

    #[test]
    fn an_end_that_is_heard_first_stands() {
        let board = Board::new();
        let id = board.host.new_id();
        let payload = board.topic_payload(&board.layla, id, "Gone before it came");
        board.told("forums.topic.deleted", payload.clone(), &json!({}));
        board.told("forums.topic.created", payload, &json!({}));
        assert_eq!(board.made(&board.layla), [0; 4]);
    }

    #[test]
    fn a_new_best_answer_takes_the_place_of_the_old_one() {
        let board = Board::new();
        let topic = board.topic(&board.layla, "Pump P-101");
        let replies = [&board.omar, &board.stranger].map(|by| (by, board.reply(topic, topic, by)));
        for (by, reply) in replies {
            let payload = board.reply_payload(topic, topic, reply, by);
            board.told("forums.answer.chosen", payload.clone(), &json!({}));
            assert_eq!(board.made(by)[3], 1);
            board.told("forums.answer.withdrawn", payload, &json!({}));
            assert_eq!(board.made(by)[3], 0);
        }
    }
}
