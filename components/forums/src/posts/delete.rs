//! `DELETE /forums/posts/{id}`: a post goes with all replies to it, and stays stored. The root post goes with its topic
//! only.

use p2p_sdk::{Batch, Code, Ctx, Problem, Request, Response, again, params};

use super::row::PostRow;
use crate::below::Below;
use crate::contributors::{self, Gone};
use crate::replies;
use crate::topics::activity;

/// Holds whoever writes into the post until this commit is done.
const HOLD: &str =
    "UPDATE posts SET reply_count = reply_count WHERE id = $1 AND status = 'open' AND reply_count = $2";
const DELETE: &str = "UPDATE posts SET status = 'deleted', version = version + 1 \
    WHERE id = $1 AND version = $2";

/// Deletes a post.
pub async fn delete(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    again(async || remove(ctx, &request).await).await
}

async fn remove(ctx: &Ctx, request: &Request) -> Result<Response, Problem> {
    let actor = ctx.actor()?;
    let (topic, post) = PostRow::find(ctx, request.id("id")?).await?;
    actor.author_or_admin(post.author_id, post.organization_id)?;
    if post.is_root {
        return Err(Problem::new(Code::BadState)
            .says("The first post goes with its topic only.", "تُحذف المشاركة الأولى مع موضوعها فقط."));
    }
    request.matched(post.version)?;
    let below = Below::post(ctx, post.id).await?;
    let best = replies::best_place(ctx, topic.best_reply_id).await?.filter(|best| best.post_id == post.id);
    let batch = Batch::new().run_one(HOLD, params![post.id, below.count]);
    let batch =
        contributors::withdraw(batch, Gone::Post, post.id).run_one(DELETE, params![post.id, post.version]);
    let gone = below.count + 1;
    let batch = activity::fewer(batch, topic.id, gone, topic.best_reply_id, best.is_some());
    let mut told = topic.told(post.id, post.author_id, post.organization_id);
    told.actor_id = Some(actor.user_id);
    told.gone = &below.shares;
    let batch = batch.tell(told.event("forums.post.deleted"));
    let batch = match best {
        Some(best) => batch.tell(best.withdrawn(&topic)),
        None => batch,
    };
    batch.commit(ctx).await?;
    Ok(Response::no_content())
}

#[cfg(test)]
mod tests {
    use p2p_sdk::{Actor, Uuid};
    use serde_json::{Value, json};

    use crate::fixture::Forum;

    fn delete(forum: &Forum, by: &Actor, post: Uuid) -> p2p_sdk::test_host::Answered {
        forum.host.delete(&format!("/forums/posts/{post}")).by(by).send()
    }

    fn best(forum: &Forum, by: &Actor, reply: Uuid) {
        let answer = forum.host.patch(&format!("/forums/replies/{reply}/best")).by(by).send();
        assert_eq!(answer.status, 200);
    }

    #[test]
    fn a_post_goes_with_its_replies_and_the_best_answer_in_it() {
        let forum = Forum::new();
        let topic = forum.open(&forum.huda, "Why does it vibrate?");
        let post = forum.answer(topic, &forum.stranger, "An answer");
        let reply = forum.reply(post, &forum.omar, "The best one");
        best(&forum, &forum.huda, reply);
        forum.host.events();
        assert_eq!(delete(&forum, &forum.stranger, post).status, 204);
        let read = forum.read(&forum.huda, topic).json();
        assert_eq!(
            (&read["replyCount"], &read["hasBestAnswer"], read["posts"]["items"].as_array().unwrap().len()),
            (&json!(0), &json!(false), 1)
        );
        assert_eq!(forum.read_post(&forum.huda, post, "").status, 404);
        let like = forum.host.post(&format!("/forums/replies/{reply}/like")).by(&forum.huda).send();
        assert_eq!((like.status, delete(&forum, &forum.stranger, post).status), (404, 404));
        let names: Vec<_> = forum.host.events().into_iter().map(|event| event.topic).collect();
        assert_eq!(names, ["forums.post.deleted", "forums.answer.withdrawn"]);
        let score = "SELECT score FROM contributors WHERE user_id = $1";
        assert_eq!(
            (forum.number(score, forum.omar.user_id), forum.number(score, forum.stranger.user_id)),
            (0, 0)
        );
    }

    #[test]
    fn its_author_and_their_admins_may() {
        let forum = Forum::new();
        let topic = forum.open(&forum.stranger, "Why does it vibrate?");
        let member = forum.host.colleague(&forum.huda, p2p_sdk::Role::Member);
        for (by, status) in [
            (&member, 403),
            (&forum.stranger, 403),
            (&forum.huda, 204),
            (&forum.omar, 204),
            (&forum.platform_admin, 204),
        ] {
            let post = forum.answer(topic, &forum.huda, "An answer");
            assert_eq!(delete(&forum, by, post).status, status, "{by:?}");
        }
        let within = forum.open_within(&forum.huda, "Among ourselves");
        let post = forum.answer(within, &forum.huda, "x");
        assert_eq!(delete(&forum, &forum.stranger, post).status, 404);
    }

    #[test]
    fn the_root_post_goes_with_its_topic_only() {
        let forum = Forum::new();
        let topic = forum.open(&forum.huda, "Why does it vibrate?");
        let answer = delete(&forum, &forum.huda, topic);
        assert_eq!((answer.status, answer.code().as_str()), (409, "BAD_STATE"));
        assert_eq!(delete(&forum, &forum.stranger, topic).status, 403);
        assert_eq!(forum.read(&forum.huda, topic).status, 200);
    }

    #[test]
    fn deleted_twice_at_once_it_counts_once() {
        let forum = Forum::new();
        let topic = forum.open(&forum.huda, "Why does it vibrate?");
        let post = forum.answer(topic, &forum.huda, "An answer");
        let one = || forum.host.delete(&format!("/forums/posts/{post}")).by(&forum.huda);
        let mut statuses: Vec<_> =
            one().send_with([one(), one()]).iter().map(|answer| answer.status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [204, 404, 404]);
        assert_eq!(forum.read(&forum.huda, topic).json()["replyCount"], 0);
        let posts = "SELECT posts FROM contributors WHERE user_id = $1";
        assert_eq!(forum.number(posts, forum.huda.user_id), 0);
    }

    #[test]
    fn a_deletion_meets_replies_that_come_at_the_same_moment() {
        let forum = Forum::new();
        let topic = forum.open(&forum.huda, "Why does it vibrate?");
        let post = forum.answer(topic, &forum.huda, "An answer");
        let delete = forum.host.delete(&format!("/forums/posts/{post}")).by(&forum.huda);
        let path = format!("/forums/posts/{post}/reply");
        let replies = (0..4)
            .map(|n| forum.host.post(&path).by(&forum.omar).json(&json!({ "content": format!("{n}") })));
        let answers = delete.send_with(replies);
        assert!(answers[1..].iter().all(|answer| [201, 404, 409].contains(&answer.status)));
        let count = &forum.read(&forum.huda, topic).json()["replyCount"];
        let wanted = if answers[0].status == 204 {
            0
        } else {
            1 + answers[1..].iter().filter(|a| a.status == 201).count()
        };
        assert_eq!(count, &json!(wanted));
        assert_ne!(forum.read(&forum.huda, topic).json(), Value::Null);
    }
}
