//! Who looked at a topic: counted once per person and day, not its author, and written a few at a time. A look is never
//! worth a failure: what cannot be counted is told to the log, and what waits in the cache when a host dies is lost.

use std::time::Duration;

use p2p_sdk::{Batch, Ctx, Problem, Uuid, params};
use serde_json::json;

/// How long somebody's look at a topic counts for all of theirs.
const ONCE_IN: Duration = Duration::from_secs(24 * 60 * 60);
const ONCE_IN_MS: u64 = 24 * 60 * 60 * 1000;
/// So many looks are written at once.
const TOGETHER: i64 = 64;
/// After so long the next look is written with those that waited.
const PAUSE_MS: u64 = 10_000;

/// How many looks were ever put into the cache: the number of the last one.
const LAST: &str = "views.last";
/// The number of the last one that was written.
const WRITTEN: &str = "views.written";
const PAUSE: &str = "views.pause";

/// Takes place before the look is remembered, so that it sees whether an earlier one still counts.
const COUNT: &str = "UPDATE topics SET views = views + 1 WHERE id = $1 AND NOT EXISTS \
    (SELECT 1 FROM topic_views WHERE topic_id = $1 AND user_id = $2 AND seen_at > $3)";
const REMEMBER: &str = "INSERT INTO topic_views (topic_id, user_id, seen_at) VALUES ($1, $2, $3) \
    ON CONFLICT (topic_id, user_id) DO UPDATE SET seen_at = excluded.seen_at WHERE topic_views.seen_at <= $4";

/// Notes that somebody looked at a topic.
pub async fn note(ctx: &Ctx, topic: Uuid, author: Uuid, viewer: Uuid) {
    if viewer == author {
        return;
    }
    if let Err(problem) = keep(ctx, topic, viewer).await {
        ctx.warn("a view was not counted", &json!({ "topic": topic, "cause": problem.to_string() }));
    }
}

async fn keep(ctx: &Ctx, topic: Uuid, viewer: Uuid) -> Result<(), Problem> {
    let cache = ctx.cache();
    if cache.increment(&format!("seen:{topic}:{viewer}"), 1, ONCE_IN_MS).await? != 1 {
        return Ok(());
    }
    let number = cache.increment(LAST, 1, ONCE_IN_MS).await?;
    let look = [*topic.as_bytes(), *viewer.as_bytes()].concat();
    cache.set(&place(number), look, ONCE_IN_MS).await?;
    if number % TOGETHER == 0 || cache.increment(PAUSE, 1, PAUSE_MS).await? == 1 {
        write(ctx, number).await?;
    }
    Ok(())
}

fn place(number: i64) -> String {
    format!("view:{number}")
}

/// Writes what waits, up to this number. Twice is fine: a look that was written counts no more.
async fn write(ctx: &Ctx, last: i64) -> Result<(), Problem> {
    let written = ctx.cache().increment(WRITTEN, 0, ONCE_IN_MS).await?;
    // Numbers begin again when the cache forgets them.
    let written = if written > last { 0 } else { written };
    ctx.cache().increment(WRITTEN, last - written, ONCE_IN_MS).await?;
    // In one order, so that two who write at once wait for each other and not in a ring.
    let mut looks: Vec<(Uuid, Uuid)> = Vec::new();
    for number in written.max(last - 2 * TOGETHER) + 1..=last {
        let Some(look) = ctx.cache().get(&place(number)).await?.as_deref().and_then(read) else { continue };
        let at = looks.partition_point(|other| *other < look);
        if looks.get(at) != Some(&look) {
            looks.insert(at, look);
        }
    }
    let now = ctx.now();
    let since = now.before(ONCE_IN);
    let batch = looks.into_iter().fold(Batch::new(), |batch, (topic, viewer)| {
        let batch = batch.run(COUNT, params![topic, viewer, since]);
        batch.run(REMEMBER, params![topic, viewer, now, since])
    });
    batch.commit(ctx).await?;
    Ok(())
}

fn read(look: &[u8]) -> Option<(Uuid, Uuid)> {
    let (topic, viewer) = look.split_at_checked(16)?;
    Some((Uuid::from_slice(topic)?, Uuid::from_slice(viewer)?))
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Waker};

    use p2p_sdk::Role;
    use p2p_sdk::host::{Level, SqlError};

    use super::*;
    use crate::fixture::Forum;

    fn views(forum: &Forum, topic: Uuid) -> i64 {
        let found = forum.host.query("SELECT views FROM topics WHERE id = $1", &params![topic]);
        found.value().unwrap().unwrap()
    }

    #[test]
    fn a_look_counts_once_a_day_and_the_authors_never() {
        let forum = Forum::new();
        let topic = forum.open(&forum.huda, "Who looks at it?");
        for _ in 0..2 {
            forum.read(&forum.huda, topic);
            forum.read(&forum.stranger, topic);
        }
        assert_eq!(views(&forum, topic), 1);
        forum.host.advance(ONCE_IN - Duration::from_secs(1));
        forum.read(&forum.stranger, topic);
        assert_eq!(views(&forum, topic), 1);
        forum.host.advance(Duration::from_secs(1));
        forum.read(&forum.stranger, topic);
        assert_eq!(views(&forum, topic), 2);
        assert_eq!(forum.read(&forum.huda, topic).header("etag"), Some("\"1\""));
        assert_eq!(forum.list(&forum.huda, "").json()["items"][0]["views"], 2);
    }

    #[test]
    fn what_the_cache_forgot_is_remembered_by_the_store() {
        let forum = Forum::new();
        let topic = forum.open(&forum.huda, "Seen before");
        forum.read(&forum.stranger, topic);
        let key = format!("seen:{topic}:{}", forum.stranger.user_id);
        let mut forgotten = pin!(forum.host.host().cache.as_ref().unwrap().delete(&key));
        assert!(forgotten.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready());
        forum.host.advance(Duration::from_secs(11));
        forum.read(&forum.stranger, topic);
        assert_eq!(views(&forum, topic), 1);
    }

    #[test]
    fn looks_are_written_together() {
        let forum = Forum::new();
        let topics = [forum.open(&forum.huda, "The first one"), forum.open(&forum.huda, "Another one")];
        let look = |count| {
            for n in 0..count {
                forum.read(&forum.host.person(Role::Member), topics[n % 2]);
            }
        };
        look(9);
        let seen = || (views(&forum, topics[0]), views(&forum, topics[1]));
        assert_eq!(seen(), (1, 0), "the first at once, the others wait");
        forum.host.advance(Duration::from_secs(10));
        look(1);
        assert_eq!(seen(), (6, 4));
        look(53);
        assert_eq!(seen(), (6, 4));
        look(1);
        assert_eq!(seen(), (34, 30), "sixty-four are not kept waiting");
    }

    #[test]
    fn a_look_that_cannot_be_counted_is_a_look() {
        let forum = Forum::new();
        let topic = forum.open(&forum.huda, "The store is full");
        let full = "CREATE TRIGGER full BEFORE INSERT ON topic_views BEGIN SELECT RAISE(ABORT, 'full'); END";
        forum.host.execute(full, params![]);
        assert_eq!(forum.read(&forum.stranger, topic).status, 200);
        assert_eq!(views(&forum, topic), 0);
        assert!(
            forum.host.logs().iter().any(|line| line.level == Level::Warn && line.message.contains("view"))
        );
        forum.host.fail_sql(SqlError::Busy);
        assert_eq!(forum.read(&forum.stranger, topic).status, 503, "reading itself may fail");
    }
}
