//! What other features tell of: topics, posts, replies and use cases, as far as the dashboard counts and names them. How a
//! thing counts follows from its row alone, so that what is told twice counts once, and what is told again sets it right.

mod forums;
mod keep;
mod tally;
mod use_cases;

use p2p_sdk::{Batch, Ctx, Feature, Heard, Timestamp, Uuid};

pub use keep::Gone;

use crate::trending::{self, Touch};
use keep::{like, put, remove};

/// What it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Topic,
    Post,
    Reply,
    UseCase,
}

impl Kind {
    /// Its name in rows and answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Topic => "topic",
            Self::Post => "post",
            Self::Reply => "reply",
            Self::UseCase => "use-case",
        }
    }
}

/// A thing as it was told.
#[derive(Debug, Clone)]
pub struct Thing<'a> {
    pub id: Uuid,
    pub kind: Kind,
    /// Under which name it counts.
    pub counter: &'static str,
    /// Others than its author may see it.
    pub is_open: bool,
    pub root_id: Uuid,
    pub post_id: Option<Uuid>,
    pub author_id: Uuid,
    pub organization_id: Option<Uuid>,
    /// The organization that alone may see it.
    pub visible_to: Option<Uuid>,
    /// Of a topic or use case; what is not told stays.
    pub title: Option<&'a str>,
    pub slug: Option<&'a str>,
    pub category: Option<&'a str>,
    pub likes: Option<i64>,
    pub is_best: Option<bool>,
    pub created_at: Timestamp,
}

/// Subscribes to everything that makes, changes or removes a thing.
pub fn hear(feature: Feature) -> Feature {
    use_cases::hear(forums::hear(feature))
}

/// Keeps how many like a thing, where that is told, and what somebody's like does to its heat.
async fn keep_like(ctx: &Ctx, id: Uuid, count: Option<i64>, touch: Option<Touch>, liked: bool) -> Heard {
    let batch = count.into_iter().fold(Batch::new(), |batch, count| like(batch, id, count));
    let batch = match touch {
        Some(touch) => trending::touch(ctx, batch, &touch, liked).await?,
        None => batch,
    };
    batch.commit(ctx).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use p2p_sdk::EventError;
    use serde_json::{Value, json};

    use crate::fixture::Board;

    #[test]
    fn what_people_made_counts_for_them_and_their_organization() {
        let board = Board::new();
        let topic = board.topic(&board.layla, "Pump P-101");
        let post = board.post(topic, &board.omar);
        board.reply(topic, post, &board.omar);
        board.reply(topic, topic, &board.stranger);
        board.assert_counted();
        assert_eq!(board.made(&board.layla), [1, 0, 0, 0]);
        assert_eq!(board.made(&board.omar), [0, 1, 1, 0]);
        let organization = board.stats(&board.layla)["organization"].clone();
        let counts = ["topics", "posts", "replies"].map(|name| organization[name].as_i64().unwrap());
        assert_eq!(counts, [1, 1, 1]);
    }

    #[test]
    fn what_is_told_twice_or_told_again_counts_once() {
        let board = Board::new();
        let topic = board.topic(&board.layla, "Pump P-101");
        let (post, delivery) = (board.host.new_id(), board.host.new_id());
        let payload = board.post_payload(topic, post, &board.omar);
        board.deliver(delivery, "forums.post.created", &payload);
        let again = board.host.hear(delivery, "forums.post.created", topic, &payload);
        assert!(matches!(again, Err(EventError::Retry(_))), "the host tells that it is done: {again:?}");
        let before = (board.stats(&board.omar), trending(&board));
        for _ in 0..2 {
            board.told(
                "forums.topic.retold",
                board.topic_payload(&board.layla, topic, "Pump P-101"),
                &json!({
                    "count": 0, "createdAt": crate::moments::made_at(topic),
                }),
            );
            board.told("forums.post.retold", payload.clone(), &json!({ "count": 0 }));
            board.told("forums.post.updated", payload.clone(), &json!({ "createdAt": null }));
        }
        assert_eq!((board.stats(&board.omar), trending(&board)), before);
    }

    fn trending(board: &Board) -> Value {
        board.host.get("/dashboard/trending").by(&board.omar).send().json()
    }

    #[test]
    fn everything_is_made_anew_from_what_is_told_again() {
        let (told_once, anew) = (Board::new(), Board::new());
        let topic = told_once.topic(&told_once.layla, "Pump P-101");
        let post = told_once.post(topic, &told_once.omar);
        let reply = told_once.reply(topic, post, &told_once.layla);
        told_once.told(
            "forums.answer.chosen",
            told_once.reply_payload(topic, post, reply, &told_once.layla),
            &json!({}),
        );
        told_once.like(told_once.post_payload(topic, post, &told_once.omar), &told_once.layla, true, 1);
        // The same people, in the same order of ids.
        let payload = |of: &Board, id| of.post_payload(topic, id, &told_once.omar);
        anew.told(
            "forums.reply.retold",
            payload(&anew, reply),
            &json!({
                "postId": post, "authorId": told_once.layla.user_id, "best": true, "count": 0,
                "createdAt": crate::moments::made_at(reply),
            }),
        );
        anew.told(
            "forums.post.retold",
            payload(&anew, post),
            &json!({
                "count": 1, "createdAt": crate::moments::made_at(post),
            }),
        );
        let topic_payload = anew.topic_payload(&told_once.layla, topic, "Pump P-101");
        anew.told(
            "forums.topic.retold",
            topic_payload,
            &json!({ "createdAt": crate::moments::made_at(topic) }),
        );
        for by in [&told_once.layla, &told_once.omar] {
            assert_eq!(anew.stats(by)["user"], told_once.stats(by)["user"]);
        }
    }

    #[test]
    fn what_does_not_fit_becomes_a_dead_letter() {
        let board = Board::new();
        let topics: Vec<_> = board.host.feature().topics().collect();
        for topic in topics.into_iter().filter(|topic| !topic.contains(".file.")) {
            let heard = board.host.hear(board.host.new_id(), &topic, "key", &json!({ "id": "?" }));
            assert!(matches!(heard, Err(EventError::Refuse(_))), "{topic}: {heard:?}");
        }
        assert_eq!(
            board.host.query("SELECT count(*) FROM things", &p2p_sdk::params![]).value(),
            Ok(Some(0_i64))
        );
    }
}
