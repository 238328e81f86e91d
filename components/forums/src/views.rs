//! Who looked at a topic: counted as the house counts looks, by statements that know where.

use p2p_sdk::Views;

/// Looks at topics.
pub const VIEWS: Views = Views {
    thing: "topic",
    count: "UPDATE topics SET views = views + 1 WHERE id = $1 AND NOT EXISTS \
        (SELECT 1 FROM topic_views WHERE topic_id = $1 AND user_id = $2 AND seen_at > $3)",
    remember: "INSERT INTO topic_views (topic_id, user_id, seen_at) VALUES ($1, $2, $3) \
        ON CONFLICT (topic_id, user_id) DO UPDATE SET seen_at = excluded.seen_at WHERE topic_views.seen_at <= $4",
};

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Waker};
    use std::time::Duration;

    use p2p_sdk::host::{Level, SqlError};
    use p2p_sdk::{Role, Uuid, params};

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
        forum.host.advance(Views::ONCE_IN - Duration::from_secs(1));
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
