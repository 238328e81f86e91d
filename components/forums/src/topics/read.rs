//! `GET /forums/topics/{id}`: the row and the first posts are read at the same time, from two stores. The row decides
//! who may see any of it.

use p2p_sdk::{Ctx, Problem, Request, Response, Uuid, Viewer, join, params};
use serde_json::json;

use super::row::{Topic, columns};
use super::whole::WholeTopic;
use crate::posts::{self, FIRST_PAGE};
use crate::views::VIEWS;

/// Answers a topic, and notes who looked at it.
pub async fn read(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    look(ctx, request.id("id")?, true).await
}

/// The topic as it stands now.
pub async fn answer(ctx: &Ctx, id: Uuid) -> Result<Response, Problem> {
    look(ctx, id, false).await
}

async fn look(ctx: &Ctx, id: Uuid, note: bool) -> Result<Response, Problem> {
    let actor = ctx.actor()?;
    let text = format!("SELECT {} FROM topics WHERE id = $2 AND status <> 'deleted'", columns(1));
    let (stores, params) = (ctx.concurrent(), params![actor.user_id, id]);
    let (rows, fetched) =
        join(stores.sql().query(&text, &params), posts::fetch(ctx, actor, id, &FIRST_PAGE)).await;
    let (rows, fetched) = (rows?, fetched?);
    let viewer = Viewer::of(actor);
    let topic =
        rows.first::<Topic<'_>>()?.filter(|topic| topic.visibility.shows(viewer, topic.organization_id));
    let topic = topic.ok_or_else(Problem::not_found)?;
    let mut bare = fetched.complete(ctx, actor, &FIRST_PAGE).await?;
    if bare.texts.is_empty() {
        ctx.warn("a topic lost its posts", &json!({ "topic": id }));
    }
    let dressing = bare.dress(ctx, Some(topic.created_by)).await?;
    let posts = bare.show(&dressing, topic.best_reply_id)?;
    if note {
        VIEWS.note(ctx, id, topic.created_by, actor.user_id).await;
    }
    let version = topic.version;
    Ok(Response::ok(&WholeTopic::new(topic, posts, &dressing.authors()?)).etag(version))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use p2p_sdk::host::Level;
    use serde_json::json;

    use super::*;
    use crate::fixture::Forum;

    #[test]
    fn a_topic_comes_with_its_posts_oldest_first() {
        let forum = Forum::new();
        let id = forum.open(&forum.huda, "Why does it vibrate?");
        let elsewhere = forum.open(&forum.huda, "Another question");
        forum.host.advance(Duration::from_secs(1));
        let answer = forum.answer(id, &forum.omar, "Because a < b");
        forum.answer(elsewhere, &forum.omar, "Somewhere else");
        forum.orphan(id, &forum.omar, "An orphan of a crash");
        let found = forum.read(&forum.stranger, id);
        let topic = found.json();
        assert_eq!((found.status, found.header("etag")), (200, Some("\"1\"")));
        assert_eq!(topic["content"], "Pump P-101 vibrates above **40 Hz**.");
        assert_eq!(topic["contentHtml"], topic["posts"]["items"][0]["contentHtml"]);
        assert_eq!(topic["author"]["name"], "Huda Salem");
        let posts = topic["posts"]["items"].as_array().unwrap();
        let ids: Vec<_> = posts.iter().map(|post| (&post["id"], &post["isRoot"], &post["topicId"])).collect();
        assert_eq!(
            ids,
            [(&json!(id), &json!(true), &json!(id)), (&json!(answer), &json!(false), &json!(id))]
        );
        assert_eq!(posts[1]["contentHtml"], "<p>Because a &lt; b</p>");
        assert_eq!(posts[1]["author"]["name"], "Former member");
    }

    #[test]
    fn a_post_has_the_shape_of_the_contract() {
        let forum = Forum::new();
        let topic = forum.read(&forum.huda, forum.open(&forum.huda, "Shape of a post")).json();
        let mut names: Vec<_> =
            topic["posts"]["items"][0].as_object().unwrap().keys().map(String::as_str).collect();
        names.sort_unstable();
        let mut wanted =
            "id topicId isRoot content contentHtml author authorId attachments likes isLiked replies \
            replyCount createdAt updatedAt"
                .split_whitespace()
                .collect::<Vec<_>>();
        wanted.sort_unstable();
        assert_eq!(names, wanted);
    }

    #[test]
    fn a_long_topic_begins_with_twenty_posts() {
        let forum = Forum::new();
        let id = forum.open(&forum.huda, "A long one");
        for n in 1..=20u64 {
            forum.host.advance(Duration::from_secs(n));
            forum.answer(id, &forum.huda, &format!("Answer {n}"));
        }
        let posts = forum.read(&forum.huda, id).json()["posts"].take();
        assert_eq!((posts["items"].as_array().unwrap().len(), &posts["hasNext"]), (20, &json!(true)));
        assert_eq!(posts["items"][19]["contentHtml"], "<p>Answer 19</p>");
        assert!(posts["nextCursor"].is_string());
    }

    #[test]
    fn what_one_may_not_see_is_not_there() {
        let forum = Forum::new();
        let within = forum.open_within(&forum.huda, "Among ourselves");
        let deleted = forum.open(&forum.huda, "It was here");
        forum.set(deleted, "status = $2", "deleted");
        for (by, id, status) in [
            (&forum.omar, within.to_string(), 200),
            (&forum.platform_admin, within.to_string(), 200),
            (&forum.stranger, within.to_string(), 404),
            (&forum.huda, deleted.to_string(), 404),
            (&forum.huda, forum.host.new_id().to_string(), 404),
            (&forum.huda, "1".to_owned(), 404),
            (&forum.huda, "%00".to_owned(), 404),
        ] {
            assert_eq!(forum.read(by, &id).status, status, "{id}");
        }
        assert_eq!(forum.host.get(&format!("/forums/topics/{within}")).send().status, 401);
    }

    #[test]
    fn a_document_without_a_row_is_seen_by_nobody() {
        let forum = Forum::new();
        let topic = forum.host.new_id();
        forum.orphan(topic, &forum.huda, "An orphan of a crash");
        assert_eq!(forum.read(&forum.platform_admin, topic).status, 404);
        assert!(forum.titles(&forum.platform_admin, "").is_empty());
    }

    #[test]
    fn a_topic_that_lost_its_documents_is_shown_and_told_of() {
        let forum = Forum::new();
        let id = forum.open(&forum.huda, "Lost its words");
        forum.host.execute("DELETE FROM p2p_documents", params![]);
        let topic = forum.read(&forum.huda, id).json();
        assert_eq!((&topic["content"], &topic["posts"]["items"]), (&json!(""), &json!([])));
        assert!(
            forum
                .host
                .logs()
                .iter()
                .any(|line| line.level == Level::Warn && line.fields.contains(&id.to_string()))
        );
    }

    #[test]
    fn the_row_is_found_by_its_key() {
        let forum = Forum::new();
        let step = &forum.host.plan("SELECT id FROM topics WHERE id = $1", &params![Uuid::NIL])[0];
        assert!(step.starts_with("SEARCH topics") && step.contains("(id=?)"), "{step}");
    }
}
