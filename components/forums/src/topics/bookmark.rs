//! `POST /forums/topics/{id}/bookmark`: whoever sees a topic may keep it for later. How many do is told to everybody, who
//! they are to nobody.

use p2p_sdk::{Batch, Ctx, FromRow, Problem, Request, Response, Uuid, again, params};
use serde::Serialize;

use super::seen::{SEEN, Seen};
use crate::switch::Switch;

/// Refused by the key when it is there already.
const KEEP: &str =
    "INSERT INTO bookmarks (user_id, topic_id, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
const FORGET: &str = "DELETE FROM bookmarks WHERE user_id = $1 AND topic_id = $2";
const COUNT: &str =
    "UPDATE topics SET bookmark_count = bookmark_count + $2 WHERE id = $1 AND status <> 'deleted'";

/// How it is.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
pub struct Bookmarked {
    pub bookmarked: bool,
    /// How many keep the topic.
    pub count: i64,
}

/// Keeps a topic, or no longer.
pub async fn bookmark(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    let Switch { bookmarked, .. } = request.json_or_empty()?;
    let id = request.id("id")?;
    again(async || switch(ctx, id, bookmarked).await).await
}

async fn switch(ctx: &Ctx, id: Uuid, wanted: Option<bool>) -> Result<Response, Problem> {
    let user = ctx.actor()?.user_id;
    let (topic, is) = find(ctx, id, user).await?;
    let bookmarked = wanted.unwrap_or(!is.bookmarked);
    if bookmarked == is.bookmarked {
        return Ok(Response::ok(&is));
    }
    let (batch, by) = if bookmarked {
        (Batch::new().run_one(KEEP, params![user, id, ctx.now()]), 1)
    } else {
        (Batch::new().run_one(FORGET, params![user, id]), -1)
    };
    let mut told = topic.told(id, topic.created_by, topic.organization_id);
    told.actor_id = Some(user);
    told.bookmarked = Some(bookmarked);
    told.count = Some(is.count + by);
    let batch = batch.run_one(COUNT, params![id, by]).tell(told.event("forums.topic.bookmarked"));
    batch.commit(ctx).await?;
    Ok(Response::ok(&Bookmarked { bookmarked, count: is.count + by }))
}

async fn find(ctx: &Ctx, id: Uuid, user: Uuid) -> Result<(Seen, Bookmarked), Problem> {
    let text = format!(
        "SELECT {SEEN}, EXISTS (SELECT 1 FROM bookmarks b WHERE b.user_id = $2 AND b.topic_id = t.id), \
        t.bookmark_count FROM topics t WHERE t.id = $1"
    );
    let rows = ctx.sql().query(&text, &params![id, user]).await?;
    let found = rows.read(|row| {
        let topic = Seen::from_row(row)?;
        Ok((topic, Bookmarked { bookmarked: row.get()?, count: row.get()? }))
    })?;
    let (topic, bookmarked) = found.into_iter().next().ok_or_else(Problem::not_found)?;
    Ok((topic.by(ctx.actor()?)?, bookmarked))
}

#[cfg(test)]
mod tests {
    use p2p_sdk::Actor;
    use p2p_sdk::test_host::Sending;
    use serde_json::{Value, json};

    use super::*;
    use crate::fixture::Forum;

    fn sending<'a>(forum: &'a Forum, by: &Actor, topic: Uuid) -> Sending<'a> {
        forum.host.post(&format!("/forums/topics/{topic}/bookmark")).by(by)
    }

    #[test]
    fn it_is_kept_as_wanted_or_the_other_way_round() {
        let forum = Forum::new();
        let topic = forum.open(&forum.huda, "For later");
        forum.host.events();
        let send = |by: &Actor, body: Value| sending(&forum, by, topic).json(&body).send().json();
        for (by, body, wanted) in [
            (&forum.huda, json!({}), (true, 1)),
            (&forum.stranger, json!({ "bookmarked": true }), (true, 2)),
            (&forum.stranger, json!({ "bookmarked": true }), (true, 2)),
            (&forum.huda, json!({}), (false, 1)),
            (&forum.huda, json!({ "bookmarked": false }), (false, 1)),
        ] {
            assert_eq!(send(by, body), json!({ "bookmarked": wanted.0, "count": wanted.1 }));
        }
        let told: Vec<_> = forum
            .host
            .events()
            .into_iter()
            .map(|event| {
                assert_eq!((event.topic.as_str(), event.key), ("forums.topic.bookmarked", topic.to_string()));
                let told: Value = serde_json::from_slice(&event.payload).unwrap();
                assert_eq!(told["organizationId"], json!(forum.huda.organization_id));
                (told["bookmarked"].clone(), told["count"].clone())
            })
            .collect();
        assert_eq!(told, [(json!(true), json!(1)), (json!(true), json!(2)), (json!(false), json!(1))]);
    }

    #[test]
    fn one_sees_in_lists_and_topics_what_one_keeps() {
        let forum = Forum::new();
        let topic = forum.open(&forum.huda, "For later");
        sending(&forum, &forum.stranger, topic).send();
        for (by, is) in [(&forum.stranger, true), (&forum.huda, false)] {
            assert_eq!(forum.read(by, topic).json()["isBookmarked"], is);
            assert_eq!(forum.list(by, "").json()["items"][0]["isBookmarked"], is);
        }
    }

    #[test]
    fn what_one_may_not_see_is_not_there() {
        let forum = Forum::new();
        let (within, gone) =
            (forum.open_within(&forum.huda, "For us"), forum.open(&forum.huda, "It is gone"));
        forum.set(gone, "status = $2", "deleted");
        for (by, topic, status) in [
            (&forum.omar, within, 200),
            (&forum.stranger, within, 404),
            (&forum.huda, gone, 404),
            (&forum.huda, forum.host.new_id(), 404),
        ] {
            assert_eq!(sending(&forum, by, topic).send().status, status);
        }
        assert_eq!(forum.host.post(&format!("/forums/topics/{within}/bookmark")).send().status, 401);
    }

    #[test]
    fn many_at_once_are_all_counted() {
        let forum = Forum::new();
        let topic = forum.open(&forum.huda, "For later");
        let keep = |by: &Actor| sending(&forum, by, topic).json(&json!({ "bookmarked": true }));
        let people: Vec<_> = (0..6).map(|_| forum.host.person(p2p_sdk::Role::Member)).collect();
        // Everybody twice: the second of them meets the row of the first.
        let others = people.iter().chain(&people).skip(1).map(keep);
        let answers = keep(&people[0]).send_with(others);
        assert!(answers.iter().all(|answer| answer.status == 200 && answer.json()["bookmarked"] == true));
        let count = forum.host.query("SELECT bookmark_count FROM topics WHERE id = $1", &params![topic]);
        assert_eq!(count.value::<i64>().unwrap(), Some(6));
    }
}
