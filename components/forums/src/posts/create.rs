//! `POST /forums/topics/{id}/posts`: the document first, which nobody can see, then the commit that makes it visible.

use std::ops::RangeInclusive;

use p2p_sdk::{Batch, Check, Ctx, Problem, Request, Response, Uuid, params};
use serde::Deserialize;

use super::document::{self, POSTS, PostDocument};
use super::page::Bare;
use super::row::PostRow;
use super::texts::Text;
use crate::attachments::{self, Attachment};
use crate::contributors::{self, Deed};
use crate::sweep;
use crate::told::Words;
use crate::topics::{Seen, activity};

pub const CONTENT: RangeInclusive<usize> = 1..=10_000;

const INSERT: &str = "INSERT INTO posts (id, topic_id, is_root, author_id, organization_id, revision, created_at) \
    VALUES ($1, $2, $3, $4, $5, $1, $6)";

/// What adds a post.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
pub struct NewPost {
    /// Markdown.
    #[cfg_attr(feature = "describe", schema(min_length = 1, max_length = 10_000))]
    pub content: String,
    /// Ids of files that were sent before and belong to no post yet.
    #[serde(default)]
    #[cfg_attr(feature = "describe", schema(max_items = 10))]
    pub attachments: Vec<Uuid>,
}

/// Adds a post to a topic.
pub async fn create(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    let id = request.id("id")?;
    let topic = Seen::find(ctx, id).await?;
    topic.open()?;
    let new: NewPost = request.json()?;
    Check::new().prose("content", &new.content, CONTENT).finish()?;
    let answer = add(ctx, &topic, new).await;
    if answer.is_err() {
        // Was it locked or deleted in the meantime?
        Seen::find(ctx, id).await?.open()?;
    }
    sweep::now_and_then(ctx).await;
    answer
}

async fn add(ctx: &Ctx, topic: &Seen, new: NewPost) -> Result<Response, Problem> {
    let actor = ctx.actor()?;
    let files = attachments::check(ctx, actor, &new.attachments).await?;
    let words = Words::of(ctx, topic.within(), &new.content).await?;
    let post = PostRow::new(ctx, ctx.new_id(), topic.id)?;
    let mut told = words.told(topic.told(post.id, post.author_id, post.organization_id));
    told.topic_author_id = Some(topic.created_by);
    told.created_at = Some(post.created_at);
    let batch = row(Batch::new(), &post);
    let batch = activity::more(batch, topic.id, post.created_at);
    let batch = attachments::claim(batch, &new.attachments, actor.user_id, post.id);
    let batch = contributors::credit(batch, post.author_id, post.organization_id, Deed::Post, 1);
    let batch = batch.tell(told.event("forums.post.created"));
    keep(ctx, &post, &new.content, &files).await?;
    let answer = answer(ctx, post, new.content, files).await?;
    batch.answer(ctx, answer).await
}

/// The row of a new post.
pub fn row(batch: Batch, post: &PostRow) -> Batch {
    let PostRow { id, topic_id, is_root, author_id, organization_id, created_at, .. } = *post;
    batch.run_one(INSERT, params![id, topic_id, is_root, author_id, organization_id, created_at])
}

/// The document of a new post.
pub async fn keep(ctx: &Ctx, post: &PostRow, content: &str, files: &[Attachment]) -> Result<(), Problem> {
    let mut body = PostDocument::new(post.id, post.topic_id, post.author_id, content, post.created_at);
    body.attachments = files;
    document::insert(ctx, (POSTS, &post.id.to_string()), &body).await
}

async fn answer(
    ctx: &Ctx,
    post: PostRow,
    content: String,
    attachments: Vec<Attachment>,
) -> Result<Response, Problem> {
    let mut bare = Bare::new(post, Text { id: post.id, content, attachments });
    let dressing = bare.dress(ctx, None).await?;
    let page = bare.show(&dressing, None)?;
    let shown = page.items.first().ok_or_else(|| Problem::internal("a new post without a text"))?;
    Ok(Response::created(shown).etag(post.version))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use p2p_sdk::test_host::Answered;
    use p2p_sdk::{Actor, Uuid};
    use serde_json::{Value, json};

    use crate::fixture::Forum;

    fn send(forum: &Forum, by: &Actor, topic: Uuid, body: &Value) -> Answered {
        forum.host.post(&format!("/forums/topics/{topic}/posts")).by(by).json(body).send()
    }

    #[test]
    fn a_post_is_answered_as_it_will_be_read() {
        let forum = Forum::new();
        let topic = forum.open(&forum.huda, "Why does it vibrate?");
        forum.host.advance(Duration::from_secs(60));
        let answer =
            send(&forum, &forum.stranger, topic, &json!({ "content": "a < b <script>alert(1)</script>" }));
        assert_eq!((answer.status, answer.header("etag")), (201, Some("\"1\"")));
        let post = answer.json();
        assert!(!post["contentHtml"].as_str().unwrap().contains("<script>"));
        let whole = forum.read(&forum.huda, topic).json();
        assert_eq!(whole["posts"]["items"][1], post);
        assert_eq!((&whole["replyCount"], &whole["lastActivityAt"]), (&json!(1), &json!(forum.host.now())));
        assert_eq!(forum.read(&forum.huda, topic).header("etag"), Some("\"1\""), "activity is no edit");
    }

    #[test]
    fn it_is_told_and_counted_in_its_commit() {
        let forum = Forum::new();
        let topic = forum.open(&forum.huda, "Why does it vibrate?");
        forum.host.events();
        let id = forum.answer(topic, &forum.stranger, "Because @Huda_Salem said so");
        let events = forum.host.events();
        let told: Value = serde_json::from_slice(&events[0].payload).unwrap();
        assert_eq!(
            (events.len(), events[0].topic.as_str(), &events[0].key),
            (1, "forums.post.created", &topic.to_string())
        );
        assert_eq!(
            (&told["id"], &told["topicId"], &told["organizationId"]),
            (&json!(id), &json!(topic), &json!(forum.stranger.organization_id))
        );
        assert_eq!(
            (&told["mentions"], &told["topicAuthorId"]),
            (&json!([forum.huda.user_id]), &json!(forum.huda.user_id))
        );
        let posts = "SELECT posts FROM contributors WHERE user_id = $1";
        assert_eq!(forum.number(posts, forum.stranger.user_id), 1);
    }

    #[test]
    fn what_one_may_not_see_takes_nothing() {
        let forum = Forum::new();
        let within = forum.open_within(&forum.huda, "Among ourselves");
        let body = json!({ "content": "Hello" });
        assert_eq!(send(&forum, &forum.stranger, within, &body).status, 404);
        assert_eq!(send(&forum, &forum.stranger, within, &json!({})).status, 404, "before any other problem");
        assert_eq!(send(&forum, &forum.omar, within, &body).status, 201);
        assert_eq!(forum.host.post(&format!("/forums/topics/{within}/posts")).json(&body).send().status, 401);
        forum.set(within, "status = $2", "locked");
        let locked = send(&forum, &forum.omar, within, &body);
        assert_eq!((locked.status, locked.code().as_str()), (409, "BAD_STATE"));
    }

    #[test]
    fn content_has_its_bounds() {
        let forum = Forum::new();
        let topic = forum.open(&forum.huda, "Why does it vibrate?");
        for (content, code) in [
            (json!(""), "REQUIRED"),
            (json!("س".repeat(10_001)), "TOO_LONG"),
            (json!("nul \0"), "CHARACTERS"),
            (json!(7), "TYPE"),
        ] {
            let answer = send(&forum, &forum.huda, topic, &json!({ "content": content }));
            assert_eq!((answer.status, answer.wrong_fields()), (422, vec![("content".into(), code.into())]));
        }
        assert_eq!(send(&forum, &forum.huda, topic, &json!({ "content": "س".repeat(10_000) })).status, 201);
        let unknown = json!({ "content": "x", "attachments": [forum.host.new_id()] });
        assert_eq!(send(&forum, &forum.huda, topic, &unknown).wrong_fields()[0].0, "attachments[0]");
        assert_eq!(forum.posts_stored(), 2);
    }

    #[test]
    fn the_same_key_adds_one_post() {
        let forum = Forum::new();
        let topic = forum.open(&forum.huda, "Why does it vibrate?");
        let request = || {
            let path = format!("/forums/topics/{topic}/posts");
            forum
                .host
                .post(&path)
                .by(&forum.huda)
                .header("idempotency-key", "k")
                .json(&json!({ "content": "Once" }))
        };
        let answers = request().send_with([request(), request()]);
        assert!(answers.iter().all(|answer| answer.status == 201 && answer.body == answers[0].body));
        assert_eq!(forum.read(&forum.huda, topic).json()["posts"]["items"].as_array().unwrap().len(), 2);
        assert_eq!(forum.read(&forum.huda, topic).json()["replyCount"], 1);
    }

    #[test]
    fn a_topic_that_is_locked_at_the_same_moment_takes_all_or_nothing_of_a_post() {
        let forum = Forum::new();
        let topic = forum.open(&forum.huda, "Why does it vibrate?");
        let path = format!("/forums/topics/{topic}/posts");
        let post =
            |n: usize| forum.host.post(&path).by(&forum.huda).json(&json!({ "content": format!("{n}") }));
        let lock = forum.host.post(&format!("/forums/topics/{topic}/lock")).by(&forum.omar).json(&json!({}));
        let answers = post(0).send_with([post(1), lock, post(2), post(3)]);
        let kept = answers.iter().filter(|answer| answer.status == 201).count();
        assert!(answers.iter().all(|answer| [200, 201, 409].contains(&answer.status)), "{answers:?}");
        let read = forum.read(&forum.huda, topic).json();
        assert_eq!((&read["status"], &read["replyCount"]), (&json!("locked"), &json!(kept)));
        assert_eq!(read["posts"]["items"].as_array().unwrap().len(), kept + 1);
        assert_eq!(send(&forum, &forum.huda, topic, &json!({ "content": "Late" })).code(), "BAD_STATE");
    }
}
