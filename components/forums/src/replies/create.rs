//! `POST /forums/posts/{id}/reply`: into a document first, where nobody looks for it yet, then the commit that gives it its
//! place under the post.

mod keep;
mod parent;

use std::ops::RangeInclusive;

use p2p_sdk::{Check, Ctx, Problem, Request, Response, Uuid};
use serde::Deserialize;

use super::reply::Reply;
use super::room::{Room, bytes};
use super::row::ReplyRow;
use crate::posts::{Dressing, PostRow, Text};
use crate::sweep;
use crate::told::{Told, Words};
use crate::topics::Seen;
use keep::{batch, part, row, write};
use parent::parent_author;

pub const CONTENT: RangeInclusive<usize> = 1..=5_000;

/// What replies to a post.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct NewReply {
    /// Markdown. `@name` tells that person.
    #[cfg_attr(feature = "describe", schema(min_length = 1, max_length = 5_000))]
    pub content: String,
    /// The reply to the same post that it answers.
    pub parent_reply_id: Option<Uuid>,
}

/// Replies to a post.
pub async fn create(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    let id = request.id("id")?;
    let (topic, post) = PostRow::find(ctx, id).await?;
    topic.open()?;
    let new: NewReply = request.json()?;
    Check::new().prose("content", &new.content, CONTENT).finish()?;
    let parent = parent_author(ctx, &new, id).await?;
    let answer = add(ctx, &topic, &post, &new, parent).await;
    if answer.is_err() {
        // Was it locked, or something deleted in the meantime?
        PostRow::find(ctx, id).await?.0.open()?;
        parent_author(ctx, &new, id).await?;
    }
    sweep::now_and_then(ctx).await;
    answer
}

async fn add(
    ctx: &Ctx,
    topic: &Seen,
    post: &PostRow,
    new: &NewReply,
    parent_author: Option<Uuid>,
) -> Result<Response, Problem> {
    let words = Words::of(ctx, topic.within(), &new.content).await?;
    let mut reply = row(ctx, post, new.parent_reply_id)?;
    let part = part(&reply, &new.content)?;
    let room = Room::in_post(post, bytes(&part));
    reply.chunk = room.chunk;
    let told = Told {
        post_id: Some(post.id),
        topic_author_id: Some(topic.created_by),
        post_author_id: Some(post.author_id),
        parent_author_id: parent_author,
        created_at: Some(reply.created_at),
        ..words.told(topic.told(reply.id, reply.author_id, reply.organization_id))
    };
    let batch = batch(&reply, topic.id, bytes(&part)).tell(told.event("forums.reply.created"));
    let answer = answer(ctx, &reply, &new.content).await?;
    write(ctx, post.id, room, &part, reply.created_at).await?;
    batch.answer(ctx, answer).await
}

async fn answer(ctx: &Ctx, reply: &ReplyRow, content: &str) -> Result<Response, Problem> {
    let text = Text { id: reply.id, content: content.to_owned(), attachments: Vec::new() };
    let dressing = Dressing::of(ctx, std::iter::once(reply.author_id), vec![text]).await?;
    let shown = Reply::new(reply, None, &dressing, &dressing.authors()?);
    Ok(Response::created(&shown).etag(reply.version))
}

#[cfg(test)]
mod tests {
    use p2p_sdk::test_host::Sending;
    use p2p_sdk::{Actor, Uuid, params};
    use serde_json::{Value, json};

    use crate::fixture::Forum;

    fn reply<'a>(forum: &'a Forum, by: &Actor, post: Uuid, body: &Value) -> Sending<'a> {
        forum.host.post(&format!("/forums/posts/{post}/reply")).by(by).json(body)
    }

    fn posted() -> (Forum, Uuid, Uuid) {
        let forum = Forum::new();
        let topic = forum.open(&forum.huda, "Why does it vibrate?");
        let post = forum.answer(topic, &forum.stranger, "An answer");
        (forum, topic, post)
    }

    #[test]
    fn a_reply_is_answered_as_it_will_be_read() {
        let (forum, topic, post) = posted();
        let parent = forum.reply(post, &forum.omar, "First");
        forum.host.events();
        let body = json!({ "content": "a < b, @Huda.Salem <img onerror=x>", "parentReplyId": parent });
        let answer = reply(&forum, &forum.stranger, post, &body).send();
        assert_eq!((answer.status, answer.header("etag")), (201, Some("\"1\"")));
        let shown = answer.json();
        assert_eq!(forum.read_post(&forum.huda, post, "").json()["replies"][1], shown);
        assert!(!shown["contentHtml"].as_str().unwrap().contains("<img"));
        assert_eq!((&shown["parentReplyId"], &shown["isBestAnswer"]), (&json!(parent), &json!(false)));
        let events = forum.host.events();
        let told: Value = serde_json::from_slice(&events[0].payload).unwrap();
        assert_eq!(
            (events.len(), events[0].topic.as_str(), &events[0].key),
            (1, "forums.reply.created", &topic.to_string())
        );
        assert_eq!(
            (&told["postAuthorId"], &told["parentAuthorId"], &told["topicAuthorId"], &told["mentions"]),
            (
                &json!(forum.stranger.user_id),
                &json!(forum.omar.user_id),
                &json!(forum.huda.user_id),
                &json!([forum.huda.user_id])
            )
        );
        assert_eq!(forum.read(&forum.huda, topic).json()["replyCount"], 3);
        let replies = "SELECT replies FROM contributors WHERE user_id = $1";
        assert_eq!(forum.number(replies, forum.stranger.user_id), 1);
    }

    #[test]
    fn the_parent_is_a_reply_to_the_same_post_that_is_there() {
        let (forum, topic, post) = posted();
        let elsewhere = forum.reply(topic, &forum.omar, "To the root");
        let deleted = forum.reply(post, &forum.omar, "It will go");
        assert_eq!(
            forum.host.delete(&format!("/forums/replies/{deleted}")).by(&forum.omar).send().status,
            204
        );
        for parent in [elsewhere, deleted, forum.host.new_id(), post] {
            let answer =
                reply(&forum, &forum.huda, post, &json!({ "content": "x", "parentReplyId": parent })).send();
            assert_eq!(answer.wrong_fields(), [("parentReplyId".into(), "UNKNOWN".into())]);
        }
        let answer =
            reply(&forum, &forum.huda, post, &json!({ "content": "x", "parentReplyId": "y" })).send();
        assert_eq!(answer.wrong_fields(), [("parentReplyId".into(), "FORM".into())]);
    }

    #[test]
    fn content_has_its_bounds_and_a_locked_topic_takes_none() {
        let (forum, topic, post) = posted();
        for (content, code) in [("", "REQUIRED"), ("a\0", "CHARACTERS"), (&*"س".repeat(5_001), "TOO_LONG")] {
            let answer = reply(&forum, &forum.huda, post, &json!({ "content": content })).send();
            assert_eq!(answer.wrong_fields(), [("content".into(), code.into())]);
        }
        assert_eq!(
            reply(&forum, &forum.huda, post, &json!({ "content": "س".repeat(5_000) })).send().status,
            201
        );
        forum.set(topic, "status = $2", "locked");
        let locked = reply(&forum, &forum.huda, post, &json!({ "content": "x" })).send();
        assert_eq!((locked.status, locked.code().as_str()), (409, "BAD_STATE"));
    }

    #[test]
    fn what_one_may_not_see_takes_nothing() {
        let forum = Forum::new();
        let within = forum.open_within(&forum.huda, "Among ourselves");
        let body = json!({ "content": "x" });
        for (by, status) in [(&forum.stranger, 404), (&forum.omar, 201), (&forum.platform_admin, 201)] {
            assert_eq!(reply(&forum, by, within, &body).send().status, status);
        }
        assert_eq!(reply(&forum, &forum.huda, forum.host.new_id(), &body).send().status, 404);
    }

    #[test]
    fn many_at_once_get_places_without_gaps() {
        let (forum, topic, post) = posted();
        let send = |n: usize| reply(&forum, &forum.huda, post, &json!({ "content": format!("Reply {n}") }));
        let answers = send(0).send_with((1..12).map(send));
        assert!(answers.iter().all(|answer| answer.status == 201));
        let rows = forum.host.query("SELECT position FROM replies ORDER BY position", &params![]);
        let places: Vec<i64> = rows.read(|row| row.get()).unwrap();
        assert_eq!(places, (0..12).collect::<Vec<_>>());
        assert_eq!(forum.read_post(&forum.huda, post, "").json()["replies"].as_array().unwrap().len(), 12);
        assert_eq!(forum.read(&forum.huda, topic).json()["replyCount"], 13);
    }

    #[test]
    fn a_commit_that_fails_leaves_nothing_that_can_be_seen() {
        let (forum, topic, post) = posted();
        forum.host.events();
        let refuse = "CREATE TRIGGER refuse BEFORE INSERT ON replies BEGIN SELECT RAISE(ABORT, 'no'); END";
        forum.host.execute(refuse, params![]);
        assert!(reply(&forum, &forum.huda, post, &json!({ "content": "x" })).send().status >= 500);
        let read = forum.read_post(&forum.huda, post, "").json();
        assert_eq!((&read["replies"], &read["replyCount"]), (&json!([]), &json!(0)));
        assert_eq!(forum.read(&forum.huda, topic).json()["replyCount"], 1);
        assert!(forum.host.events().is_empty());
    }

    #[test]
    fn the_same_key_replies_once() {
        let (forum, _, post) = posted();
        let send =
            || reply(&forum, &forum.huda, post, &json!({ "content": "Once" })).header("idempotency-key", "k");
        let answers = send().send_with([send()]);
        assert_eq!((answers[0].status, &answers[0].body), (201, &answers[1].body));
        assert_eq!(send().send().body, answers[0].body);
        assert_eq!(forum.read_post(&forum.huda, post, "").json()["replyCount"], 1);
    }

    #[test]
    fn past_five_hundred_they_go_into_a_second_document() {
        let (forum, _, post) = posted();
        for n in 0..503 {
            forum.reply(post, &forum.huda, &format!("Reply {n}"));
        }
        let ids =
            forum.host.query("SELECT id FROM p2p_documents WHERE collection = 'reply_chunks'", &params![]);
        let ids: Vec<String> = ids.read(|row| row.get()).unwrap();
        assert_eq!(ids, [format!("{post}:1")]);
        let chunks =
            forum.host.query("SELECT count(*) FROM replies GROUP BY chunk ORDER BY chunk", &params![]);
        assert_eq!(chunks.read(|row| row.get::<i64>()).unwrap(), [500, 3]);
        let mut query = "limit=100".to_owned();
        let mut read = 0;
        loop {
            let page = forum.read_post(&forum.huda, post, &query).json();
            for reply in page["replies"].as_array().unwrap() {
                assert_eq!(reply["content"], format!("Reply {read}"));
                read += 1;
            }
            let Value::String(next) = &page["repliesNext"] else { break };
            query = format!("limit=100&cursor={next}");
        }
        assert_eq!(read, 503);
    }
}
