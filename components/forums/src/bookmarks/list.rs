//! `GET /forums/bookmarks`: what the caller keeps and may still see.

use p2p_sdk::{
    Ctx, Cursor, FromRow, Page, PageRequest, Problem, Query, Request, Response, Timestamp, Uuid, Viewer,
    params,
};

use crate::topics::{Topic, columns, narrow_to_seen, show_page};

/// Names the list in its cursors.
const LIST: &str = "forums.bookmarks";

/// Answers a page of topics.
pub async fn list(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    let wanted = PageRequest::of(&request)?;
    let actor = ctx.actor()?;
    let viewer = Viewer::of(actor);
    let place = wanted.after(LIST)?.unwrap_or(PageRequest::LATEST);
    let rows = page(actor.user_id, viewer, place, &wanted).rows(ctx).await?;
    let topics = rows.read(|row| Ok((Topic::from_row(row)?, row.get::<Timestamp>()?)))?;
    let mut page = Page::new(&wanted, topics, |(last, at)| Cursor::new(LIST, params![at, last.id]))
        .map(|(topic, _)| topic);
    if wanted.count {
        page = page.with_total(kept("topic_id", actor.user_id, viewer).counted().number(ctx).await?);
    }
    show_page(ctx, page).await
}

fn page(user: Uuid, viewer: Viewer, (at, id): (Timestamp, Uuid), wanted: &PageRequest) -> Query {
    // The person is the first parameter of what is kept.
    let mut query = kept(&format!("{}, kept_at", columns(1)), user, viewer);
    let (at, id) = (query.bind(&at), query.bind(&id));
    query.add(&format!(" AND (kept_at, topic_id) < (${at}, ${id})"));
    query.page("kept_at DESC, topic_id DESC", wanted)
}

/// These columns of what a person keeps and may see.
fn kept(columns: &str, user: Uuid, viewer: Viewer) -> Query {
    let mut query = Query::default();
    let user = query.bind(&user);
    query.add(&format!(
        "SELECT {columns} FROM (SELECT topic_id, created_at AS kept_at FROM bookmarks WHERE user_id = ${user}) \
        AS kept JOIN topics ON topics.id = kept.topic_id WHERE status <> 'deleted'"
    ));
    narrow_to_seen(&mut query, viewer);
    query
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use p2p_sdk::Actor;
    use serde_json::{Value, json};

    use super::*;
    use crate::fixture::Forum;

    fn keep(forum: &Forum, by: &Actor, topic: Uuid) {
        let answer = forum.host.post(&format!("/forums/topics/{topic}/bookmark")).by(by).send();
        assert_eq!((answer.status, &answer.json()["bookmarked"]), (200, &json!(true)));
        forum.host.advance(Duration::from_secs(1));
    }

    fn page(forum: &Forum, by: &Actor, query: &str) -> Value {
        let answer = forum.host.get(&format!("/forums/bookmarks?{query}")).by(by).send();
        assert_eq!(answer.status, 200, "{query}");
        answer.json()
    }

    fn titles(page: &Value) -> Vec<&str> {
        page["items"].as_array().unwrap().iter().map(|topic| topic["title"].as_str().unwrap()).collect()
    }

    #[test]
    fn the_last_one_kept_comes_first_and_everybody_has_their_own() {
        let forum = Forum::new();
        let topics: Vec<_> = (0..5).map(|n| forum.open(&forum.huda, &format!("Topic {n}"))).collect();
        for n in [3, 0, 4, 1] {
            keep(&forum, &forum.stranger, topics[n]);
        }
        keep(&forum, &forum.huda, topics[2]);
        let first = page(&forum, &forum.stranger, "limit=3&count=true");
        assert_eq!((titles(&first), &first["total"]), (vec!["Topic 1", "Topic 4", "Topic 0"], &json!(4)));
        assert!(first["items"].as_array().unwrap().iter().all(|topic| topic["isBookmarked"] == true));
        assert_eq!(first["items"][0]["author"]["name"], "Huda Salem");
        let next = format!("limit=3&cursor={}", first["nextCursor"].as_str().unwrap());
        assert_eq!(titles(&page(&forum, &forum.stranger, &next)), ["Topic 3"]);
        assert_eq!(titles(&page(&forum, &forum.stranger, "limit=2&page=2")), ["Topic 0", "Topic 3"]);
        assert_eq!(titles(&page(&forum, &forum.huda, "")), ["Topic 2"]);
    }

    #[test]
    fn what_is_no_longer_seen_is_left_out() {
        let forum = Forum::new();
        let (hidden, deleted) = (forum.open(&forum.huda, "Hidden"), forum.open(&forum.huda, "Deleted"));
        for by in [&forum.stranger, &forum.platform_admin, &forum.omar] {
            keep(&forum, by, hidden);
            keep(&forum, by, deleted);
        }
        forum.set(hidden, "visibility = $2", "organization");
        forum.set(deleted, "status = $2", "deleted");
        let nobody = Actor { organization_id: None, ..forum.stranger.clone() };
        let seen = |by: &Actor| {
            let page = page(&forum, by, "count=true");
            assert_eq!(page["total"], json!(titles(&page).len()));
            titles(&page).len()
        };
        assert_eq!([&forum.omar, &forum.platform_admin, &forum.stranger, &nobody].map(seen), [1, 1, 0, 0]);
    }

    #[test]
    fn only_a_cursor_of_this_list_is_taken_and_only_from_those_who_are_signed_in() {
        let forum = Forum::new();
        for cursor in ["forged".to_owned(), Cursor::new("forums.topics.latest", params![true]).to_string()] {
            let path = format!("/forums/bookmarks?cursor={cursor}");
            assert_eq!(forum.host.get(&path).by(&forum.huda).send().code(), "CURSOR_INVALID");
        }
        assert_eq!(forum.host.get("/forums/bookmarks").send().status, 401);
    }

    #[test]
    fn the_list_is_read_through_its_index_and_in_its_order() {
        let forum = Forum::new();
        let mut query = kept("topic_id", Uuid::NIL, Viewer::PlatformAdmin);
        query.add(" AND (kept_at, topic_id) < ($2, $3) ORDER BY kept_at DESC, topic_id DESC");
        let steps = forum.host.plan(&query.text, &params![Uuid::NIL, Timestamp(1), Uuid::NIL]);
        assert!(
            steps[0].contains("bookmarks_latest (user_id=? AND (created_at,topic_id)<(?,?))"),
            "{steps:?}"
        );
        assert!(steps.len() == 2 && steps[1].contains("(id=?)"), "{steps:?}");
    }
}
