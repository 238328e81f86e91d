//! How much a person or an organization has, by name. What follows from things is moved with them; messages and files are
//! added up here from their events, each counted once, whatever comes twice.

use p2p_sdk::{Batch, Ctx, Delivery, Feature, Heard, Problem, Timestamp, Uuid, params};
use serde::Deserialize;

pub const TOPICS: &str = "topics";
pub const POSTS: &str = "posts";
pub const REPLIES: &str = "replies";
pub const DRAFT: &str = "use-cases.draft";
pub const PUBLISHED: &str = "use-cases.published";
pub const ARCHIVED: &str = "use-cases.archived";
pub const BEST_ANSWERS: &str = "best-answers";
pub const LIKES: &str = "likes";
pub const MESSAGES: &str = "messages";
pub const STORAGE: &str = "storage";

const ADD: &str = "INSERT INTO counters (owner_id, name, value) VALUES ($1, $2, $3) \
    ON CONFLICT (owner_id, name) DO UPDATE SET value = counters.value + excluded.value";
const OF: &str = "SELECT name, value FROM counters WHERE owner_id = $1";
/// A message that was committed before the last count is in that count.
const WAITS: &str = "INSERT INTO unread (user_id, count, since) VALUES ($1, $2, $3) \
    ON CONFLICT (user_id) DO UPDATE SET count = unread.count + excluded.count WHERE unread.since < $4";
const RECOUNT: &str = "INSERT INTO unread (user_id, count, since) VALUES ($1, $2, $3) \
    ON CONFLICT (user_id) DO UPDATE SET count = excluded.count, since = excluded.since \
    WHERE unread.since < excluded.since";

/// Counters by name; what is not counted is none.
#[derive(Debug, Default)]
pub struct Counters(Vec<(String, i64)>);

impl Counters {
    /// Those of a person or an organization.
    pub async fn of(ctx: &Ctx, owner: Uuid) -> Result<Self, Problem> {
        Ok(Self(ctx.sql().query(OF, &params![owner]).await?.all()?))
    }

    /// How much. An end may be heard before the beginning; nobody is shown less than nothing.
    pub fn get(&self, name: &str) -> i64 {
        self.0.iter().find(|(found, _)| found == name).map_or(0, |(_, value)| (*value).max(0))
    }

    /// Use cases in every state.
    pub fn use_cases(&self) -> i64 {
        [DRAFT, PUBLISHED, ARCHIVED].iter().map(|name| self.get(name)).sum()
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct File {
    organization_id: Option<Uuid>,
    #[serde(default)]
    bytes: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Read {
    reader_id: Uuid,
    count: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Withdrawn {
    receiver_id: Uuid,
    #[serde(default)]
    was_unread: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Recounted {
    user_id: Uuid,
    count: i64,
}

/// Subscribes to files and to messages that are read or gone. Messages that are sent are heard by the activities.
pub fn hear(feature: Feature) -> Feature {
    feature
        .on_events(&["accounts.file.kept", "forums.file.kept", "use-cases.file.kept"], file_kept)
        .on_events(&["accounts.file.dropped", "forums.file.dropped", "use-cases.file.dropped"], file_dropped)
        .on_event("messaging.message.read", message_read)
        .on_event("messaging.message.deleted", message_deleted)
        .on_event("messaging.unread.retold", unread_retold)
}

/// Adds to a batch what somebody has more.
pub fn add(batch: Batch, owner: Uuid, name: &str, by: i64) -> Batch {
    batch.run_one(ADD, params![owner, name, by])
}

/// Adds to a batch that so many messages more wait for somebody, or with a minus fewer.
pub fn wait(batch: Batch, user: Uuid, by: i64, at: Timestamp) -> Batch {
    batch.run(WAITS, params![user, by, Timestamp(0), at])
}

async fn file_kept(ctx: &Ctx, event: Delivery) -> Heard {
    file(ctx, &event, 1).await
}

async fn file_dropped(ctx: &Ctx, event: Delivery) -> Heard {
    file(ctx, &event, -1).await
}

async fn file(ctx: &Ctx, event: &Delivery, sign: i64) -> Heard {
    let File { organization_id, bytes } = event.read()?;
    if let Some(organization) = organization_id {
        add(Batch::new(), organization, STORAGE, bytes.saturating_mul(sign)).commit(ctx).await?;
    }
    Ok(())
}

async fn message_read(ctx: &Ctx, event: Delivery) -> Heard {
    let Read { reader_id, count } = event.read()?;
    wait(Batch::new(), reader_id, count.saturating_neg(), event.committed_at).commit(ctx).await?;
    Ok(())
}

async fn message_deleted(ctx: &Ctx, event: Delivery) -> Heard {
    let Withdrawn { receiver_id, was_unread } = event.read()?;
    if was_unread {
        wait(Batch::new(), receiver_id, -1, event.committed_at).commit(ctx).await?;
    }
    Ok(())
}

async fn unread_retold(ctx: &Ctx, event: Delivery) -> Heard {
    let Recounted { user_id, count } = event.read()?;
    Batch::new().run(RECOUNT, params![user_id, count, event.committed_at]).commit(ctx).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use p2p_sdk::Actor;
    use serde_json::json;

    use crate::fixture::Board;

    fn unread(board: &Board, of: &Actor) -> i64 {
        board.stats(of)["user"]["unreadMessages"].as_i64().unwrap()
    }

    #[test]
    fn messages_wait_until_they_are_read_or_gone() {
        let board = Board::new();
        for _ in 0..4 {
            board.message(&board.omar, &board.stranger);
        }
        assert_eq!((unread(&board, &board.stranger), unread(&board, &board.omar)), (4, 0));
        let gone = |was_unread| json!({ "receiverId": board.stranger.user_id, "wasUnread": was_unread });
        board.tell("messaging.message.deleted", &gone(true));
        board.tell("messaging.message.deleted", &gone(false));
        assert_eq!(unread(&board, &board.stranger), 3);
        let read = json!({ "readerId": board.stranger.user_id, "senderId": board.omar.user_id, "count": 2 });
        board.tell("messaging.message.read", &read);
        assert_eq!(unread(&board, &board.stranger), 1);
        board.tell("messaging.message.read", &read);
        assert_eq!(unread(&board, &board.stranger), 0, "nobody has less than nothing");
        assert_eq!(board.stats(&board.omar)["organization"]["messages"], 4);
    }

    #[test]
    fn a_count_that_is_told_again_holds_whatever_was_committed_before_it() {
        let board = Board::new();
        board.message(&board.omar, &board.stranger);
        board.host.advance(Duration::from_secs(1));
        let recounted = json!({ "userId": board.stranger.user_id, "count": 5 });
        board.tell("messaging.unread.retold", &recounted);
        assert_eq!(unread(&board, &board.stranger), 5);
        board.message(&board.omar, &board.stranger);
        assert_eq!(unread(&board, &board.stranger), 6);
        let since = "UPDATE unread SET since = since + 3600000000";
        board.host.execute(since, p2p_sdk::params![]);
        board.message(&board.omar, &board.stranger);
        assert_eq!(unread(&board, &board.stranger), 6, "it was counted already");
        board.tell("messaging.unread.retold", &recounted);
        assert_eq!(unread(&board, &board.stranger), 6, "a newer count stands");
    }

    #[test]
    fn files_add_up_to_what_an_organization_stores() {
        let board = Board::new();
        let file = |bytes: i64| json!({ "organizationId": board.layla.organization_id, "name": "x", "bytes": bytes });
        for (topic, bytes) in [
            ("accounts.file.kept", 5_000_000_000),
            ("forums.file.kept", 1_000),
            ("use-cases.file.kept", 500),
            ("forums.file.dropped", 400),
        ] {
            board.tell(topic, &file(bytes));
        }
        board.tell("forums.file.kept", &json!({ "organizationId": null, "bytes": 7 }));
        assert_eq!(board.stats(&board.omar)["organization"]["storageBytes"], 5_000_001_100_i64);
    }
}
