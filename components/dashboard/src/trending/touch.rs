//! Keeps what was done around a topic or a use case, and where that puts it. What comes twice is the same row; what is taken
//! back takes its row along.

use p2p_sdk::{Batch, Ctx, Problem, Timestamp, Uuid, params};

use super::heat::Window;
use crate::moments::hour_of;
use crate::things::{Gone, Thing};

const KEEP: &str = "INSERT INTO touches (root_id, source_id, actor_id, kind, post_id, hour, weight) \
    VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (root_id, source_id, actor_id, kind) \
    DO UPDATE SET hour = excluded.hour, weight = excluded.weight";
const DROP: &str =
    "DELETE FROM touches WHERE root_id = $1 AND source_id = $2 AND actor_id = $3 AND kind = $4";
const DROP_OLD: &str = "DELETE FROM touches WHERE root_id = $1 AND hour < $2";
const DROP_ALL: &str = "DELETE FROM touches WHERE root_id = $1";
const OTHERS: &str = "SELECT hour, CAST(sum(weight) AS BIGINT) FROM touches WHERE root_id = $1 AND hour >= $2 \
    AND NOT (source_id = $3 AND actor_id = $4 AND kind = $5) GROUP BY hour";
/// Only what others may see has a place.
const PLACE: &str = "INSERT INTO trends (id, day, week, month, touched_hour) \
    SELECT id, CAST($2 AS BIGINT), CAST($3 AS BIGINT), CAST($4 AS BIGINT), CAST($5 AS BIGINT) \
    FROM things WHERE id = $1 AND status = 'open' ON CONFLICT (id) DO UPDATE SET \
    day = excluded.day, week = excluded.week, month = excluded.month, touched_hour = excluded.touched_hour";
const LEAVE: &str = "DELETE FROM trends WHERE id = $1";
const SETTLE: &str = "DELETE FROM trends WHERE id = $1 \
    AND NOT EXISTS (SELECT 1 FROM things WHERE id = $1 AND status = 'open')";

/// What somebody did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// Opened, published, answered.
    Written,
    Liked,
    Kept,
}

/// A deed around a topic or a use case.
#[derive(Debug, Clone, Copy)]
pub struct Touch {
    pub root_id: Uuid,
    /// What was written, liked or kept.
    pub source_id: Uuid,
    /// The post it goes with.
    pub post_id: Option<Uuid>,
    /// Who wrote it.
    pub author_id: Uuid,
    pub actor_id: Uuid,
    pub deed: Deed,
    pub at: Timestamp,
}

impl Deed {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Written => "written",
            Self::Liked => "liked",
            Self::Kept => "kept",
        }
    }

    /// Taking part counts twice what liking does.
    const fn weight(self) -> i64 {
        match self {
            Self::Written => 10,
            Self::Liked | Self::Kept => 5,
        }
    }
}

impl Touch {
    /// The thing itself was written.
    pub const fn written(thing: &Thing<'_>, at: Timestamp) -> Self {
        Self {
            root_id: thing.root_id,
            source_id: thing.id,
            post_id: thing.post_id,
            author_id: thing.author_id,
            actor_id: thing.author_id,
            deed: Deed::Written,
            at,
        }
    }

    /// Nobody warms what they wrote by liking it, and what is older than every window warms nothing.
    fn counts(&self, now: Timestamp) -> bool {
        let own = self.deed != Deed::Written && self.actor_id == self.author_id;
        !own && hour_of(self.at) >= oldest(now)
    }
}

/// Adds to a batch that this was done, or is no longer.
pub async fn touch(ctx: &Ctx, batch: Batch, touch: &Touch, done: bool) -> Result<Batch, Problem> {
    let Touch { root_id, source_id, post_id, actor_id, deed, at, .. } = *touch;
    let oldest = oldest(ctx.now());
    let others = params![root_id, oldest, source_id, actor_id, deed.as_str()];
    let mut deeds = ctx.sql().query(OTHERS, &others).await?.all::<(i64, i64)>()?;
    let batch = batch.run(DROP_OLD, params![root_id, oldest]);
    let batch = if done && touch.counts(ctx.now()) {
        deeds.push((hour_of(at), deed.weight()));
        let kept = params![root_id, source_id, actor_id, deed.as_str(), post_id, hour_of(at), deed.weight()];
        batch.run_one(KEEP, kept)
    } else {
        batch.run(DROP, params![root_id, source_id, actor_id, deed.as_str()])
    };
    Ok(place(batch, root_id, &deeds))
}

/// Adds to a batch that something went, with what was done around it.
pub async fn cool(ctx: &Ctx, batch: Batch, root: Uuid, gone: Gone, id: Uuid) -> Result<Batch, Problem> {
    let column = match gone {
        Gone::Root => return Ok(batch.run(DROP_ALL, params![root]).run(LEAVE, params![root])),
        Gone::Post => "post_id",
        Gone::Reply => "source_id",
    };
    let others = format!(
        "SELECT hour, CAST(sum(weight) AS BIGINT) FROM touches WHERE root_id = $1 AND hour >= $2 \
        AND ({column} <> $3 OR {column} IS NULL) GROUP BY hour"
    );
    let rows = ctx.sql().query(&others, &params![root, oldest(ctx.now()), id]).await?;
    let drop = format!("DELETE FROM touches WHERE root_id = $1 AND {column} = $2");
    Ok(place(batch.run(&drop, params![root, id]), root, &rows.all::<(i64, i64)>()?))
}

/// Adds to a batch that what others may no longer see has no place. What was done around it stays, should it come back.
pub fn settle(batch: Batch, root: Uuid) -> Batch {
    batch.run(SETTLE, params![root])
}

fn place(batch: Batch, root: Uuid, deeds: &[(i64, i64)]) -> Batch {
    let keys = Window::ALL.map(|window| window.key(deeds));
    let latest = deeds.iter().map(|(hour, _)| *hour).max();
    match (keys, latest) {
        ([Some(day), Some(week), Some(month)], Some(latest)) => {
            batch.run(PLACE, params![root, day, week, month, latest])
        }
        _ => batch.run(LEAVE, params![root]),
    }
}

/// The first hour of the longest window.
fn oldest(now: Timestamp) -> i64 {
    hour_of(now) - Window::Month.hours()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use p2p_sdk::params;
    use serde_json::json;

    use crate::fixture::Board;

    /// The score of the hottest thing, if there is one.
    fn score(board: &Board, query: &str) -> Option<f64> {
        let page = board.host.get(&format!("/dashboard/trending?{query}")).by(&board.layla).send().json();
        page["items"].as_array().unwrap().first().map(|item| item["score"].as_f64().unwrap())
    }

    #[test]
    fn what_is_taken_back_warms_no_longer_and_nobody_warms_their_own() {
        let board = Board::new();
        let topic = board.topic(&board.layla, "Pump P-101");
        let post = board.post(topic, &board.omar);
        let (liked, by) = (board.post_payload(topic, post, &board.omar), &board.layla);
        board.like(liked.clone(), &board.omar, true, 1);
        assert_eq!(score(&board, ""), Some(20.0), "one's own like");
        board.like(liked.clone(), by, true, 2);
        board.like(liked.clone(), by, true, 2);
        assert_eq!(score(&board, ""), Some(25.0));
        board.like(liked.clone(), by, false, 1);
        assert_eq!(score(&board, ""), Some(20.0));
        let reply = board.reply(topic, post, &board.stranger);
        board.like(liked.clone(), by, true, 2);
        assert_eq!(score(&board, ""), Some(35.0));
        board.tell("forums.reply.deleted", &board.reply_payload(topic, post, reply, &board.stranger));
        assert_eq!(score(&board, ""), Some(25.0));
        board.reply(topic, post, &board.stranger);
        assert_eq!(score(&board, ""), Some(35.0));
        board.tell("forums.post.deleted", &liked);
        assert_eq!(score(&board, ""), Some(10.0), "the post goes with its likes and replies");
        board.tell("forums.topic.deleted", &board.topic_payload(&board.layla, topic, "Pump P-101"));
        assert_eq!(score(&board, ""), None);
        let left = "SELECT (SELECT count(*) FROM touches) + (SELECT count(*) FROM trends)";
        assert_eq!(board.host.query(left, &params![]).value::<i64>().unwrap(), Some(0));
    }

    #[test]
    fn what_is_older_than_every_window_goes() {
        let board = Board::new();
        let topic = board.topic(&board.layla, "Old");
        board.host.advance(Duration::from_secs(31 * 24 * 60 * 60));
        assert_eq!(score(&board, "window=30d"), None);
        let late = board.topic_payload(&board.layla, topic, "Old");
        let at = json!(crate::moments::made_at(topic));
        let mut retold = late;
        retold["createdAt"] = at;
        board.tell("forums.topic.retold", &retold);
        assert_eq!(score(&board, "window=30d"), None);
        board.post(topic, &board.omar);
        assert_eq!(score(&board, "window=30d"), Some(10.0));
        let touches = board.host.query("SELECT count(*) FROM touches", &params![]);
        assert_eq!(touches.value::<i64>().unwrap(), Some(1));
    }
}
