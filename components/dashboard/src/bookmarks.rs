//! Topics and use cases that people keep for later: who keeps what, so that how many is counted among those that they may
//! still see.

use p2p_sdk::{Batch, Ctx, Delivery, Feature, Heard, Problem, Query, Uuid, Viewer, params};
use serde::Deserialize;

use crate::trending::{self, Deed, Touch};
use crate::viewer;

/// Further than this nobody counts.
const MOST: i64 = 10_000;
const KEEP: &str = "INSERT INTO bookmarks (user_id, thing_id) VALUES ($1, $2) ON CONFLICT DO NOTHING";
const LEAVE: &str = "DELETE FROM bookmarks WHERE user_id = $1 AND thing_id = $2";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Bookmarked {
    id: Uuid,
    author_id: Uuid,
    actor_id: Uuid,
    bookmarked: bool,
}

/// Subscribes to what is kept.
pub fn hear(feature: Feature) -> Feature {
    feature
        .on_event("forums.topic.bookmarked", bookmarked)
        .on_event("use-cases.use-case.bookmarked", bookmarked)
}

async fn bookmarked(ctx: &Ctx, event: Delivery) -> Heard {
    let Bookmarked { id, author_id, actor_id, bookmarked } = event.read()?;
    let text = if bookmarked { KEEP } else { LEAVE };
    let batch = Batch::new().run(text, params![actor_id, id]);
    let touch = Touch {
        root_id: id,
        source_id: id,
        post_id: None,
        author_id,
        actor_id,
        deed: Deed::Kept,
        at: event.committed_at,
    };
    trending::touch(ctx, batch, &touch, bookmarked).await?.commit(ctx).await?;
    Ok(())
}

/// How many this person keeps and may see.
pub async fn count(ctx: &Ctx, user: Uuid, viewer: Viewer) -> Result<i64, Problem> {
    let mut query = Query::new("SELECT count(*) FROM (SELECT b.thing_id FROM bookmarks b ");
    query.add("JOIN things t ON t.id = b.thing_id WHERE b.user_id = ");
    let user = query.bind(&user);
    query.add(&format!("${user} AND t.status = 'open'"));
    viewer::narrow(&mut query, viewer);
    let most = query.bind(&MOST);
    query.add(&format!(" LIMIT ${most}) AS kept"));
    query.number(ctx).await
}

#[cfg(test)]
mod tests {
    use p2p_sdk::Actor;
    use serde_json::{Value, json};

    use crate::fixture::{Board, use_case};

    fn keep(board: &Board, topic: &str, mut payload: Value, by: &Actor, bookmarked: bool) {
        payload["actorId"] = json!(by.user_id);
        payload["bookmarked"] = json!(bookmarked);
        board.tell(topic, &payload);
    }

    fn kept(board: &Board, by: &Actor) -> Value {
        board.stats(by)["user"]["bookmarks"].clone()
    }

    #[test]
    fn what_is_kept_counts_as_long_as_it_is_seen() {
        let board = Board::new();
        let topic = board.topic(&board.layla, "For later");
        let payload = board.topic_payload(&board.layla, topic, "For later");
        let case = use_case(board.host.new_id(), &board.layla, "published");
        board.tell("use-cases.use-case.published", &case);
        for by in [&board.omar, &board.stranger] {
            keep(&board, "forums.topic.bookmarked", payload.clone(), by, true);
            keep(&board, "forums.topic.bookmarked", payload.clone(), by, true);
            keep(&board, "use-cases.use-case.bookmarked", case.clone(), by, true);
        }
        assert_eq!((kept(&board, &board.omar), kept(&board, &board.stranger)), (json!(2), json!(2)));
        keep(&board, "use-cases.use-case.bookmarked", case, &board.stranger, false);
        assert_eq!(kept(&board, &board.stranger), 1);
        let mut hidden = payload.clone();
        hidden["visibility"] = json!("organization");
        board.tell("forums.topic.updated", &hidden);
        assert_eq!((kept(&board, &board.omar), kept(&board, &board.stranger)), (json!(2), json!(0)));
        board.tell("forums.topic.deleted", &payload);
        assert_eq!(kept(&board, &board.omar), 1);
    }
}
