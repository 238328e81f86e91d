//! `DELETE /forums/replies/{id}`: a reply goes and stays stored. As long as others answer to it its place is shown; when
//! the last of them goes, so does the place, and those above it that stood for its sake only.

use p2p_sdk::{Batch, Ctx, Problem, Request, Response, again_unless_matched, params};

use super::best::Place;
use super::row::ReplyRow;
use crate::contributors::{self, Gone};
use crate::topics::activity;

/// Holds whoever writes into the post until this commit is done.
const HOLD: &str = "UPDATE posts SET reply_count = reply_count - 1 WHERE id = $1 AND status = 'open'";
const DELETE: &str = "UPDATE replies SET status = 'deleted', version = version + 1 \
    WHERE id = $1 AND version = $2 AND status = 'open'";
/// One answer fewer for whatever loses a place below it: from the reply upwards, as long as places vanish.
const VANISH: &str = "UPDATE replies SET children = children - 1 WHERE id IN (\
    WITH RECURSIVE gone (id, parent_id) AS (\
        SELECT r.id, r.parent_id FROM replies r WHERE r.id = $1 AND r.children = 0 \
        UNION ALL SELECT r.id, r.parent_id FROM replies r JOIN gone g ON r.id = g.parent_id \
        WHERE r.status = 'deleted' AND r.children = 1\
    ) SELECT parent_id FROM gone WHERE parent_id IS NOT NULL)";

/// Deletes a reply.
pub async fn delete(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    again_unless_matched(&request, async || remove(ctx, &request).await).await
}

async fn remove(ctx: &Ctx, request: &Request) -> Result<Response, Problem> {
    let actor = ctx.actor()?;
    let (topic, reply) = ReplyRow::find(ctx, request.id("id")?).await?;
    actor.author_or_admin(reply.author_id, reply.organization_id)?;
    request.matched(reply.version)?;
    let is_best = topic.best_reply_id == Some(reply.id);
    let batch = Batch::new().run_one(HOLD, params![reply.post_id]);
    let batch = contributors::withdraw(batch, Gone::Reply, reply.id);
    let batch = mark(batch, &reply);
    let batch = activity::fewer(batch, topic.id, 1, topic.best_reply_id, is_best);
    let mut told = topic.told(reply.id, reply.author_id, reply.organization_id);
    told.post_id = Some(reply.post_id);
    told.actor_id = Some(actor.user_id);
    let batch = batch.tell(told.event("forums.reply.deleted"));
    let batch = if is_best { batch.tell(Place::of(&reply).withdrawn(&topic)) } else { batch };
    batch.commit(ctx).await?;
    Ok(Response::no_content())
}

fn mark(batch: Batch, reply: &ReplyRow) -> Batch {
    batch.run_one(DELETE, params![reply.id, reply.version]).run(VANISH, params![reply.id])
}

#[cfg(test)]
mod tests {
    use p2p_sdk::test_host::Answered;
    use p2p_sdk::{Actor, Uuid};
    use serde_json::{Value, json};

    use crate::fixture::Forum;

    fn delete(forum: &Forum, by: &Actor, reply: Uuid) -> Answered {
        forum.host.delete(&format!("/forums/replies/{reply}")).by(by).send()
    }

    fn shown(forum: &Forum, post: Uuid) -> Vec<(Value, Value)> {
        let post = forum.read_post(&forum.huda, post, "").json();
        let replies = post["replies"].as_array().unwrap().iter();
        replies.map(|reply| (reply["content"].clone(), reply["isDeleted"].clone())).collect()
    }

    fn opened() -> (Forum, Uuid) {
        let forum = Forum::new();
        let topic = forum.open(&forum.huda, "Why does it vibrate?");
        (forum, topic)
    }

    #[test]
    fn a_place_stays_as_long_as_others_answer_to_it() {
        let (forum, post) = opened();
        let top = forum.reply(post, &forum.stranger, "Top");
        let middle = forum.reply_to(post, top, &forum.stranger, "Middle");
        let (left, right) = (
            forum.reply_to(post, middle, &forum.huda, "Left"),
            forum.reply_to(post, middle, &forum.huda, "Right"),
        );
        for gone in [top, middle] {
            assert_eq!(delete(&forum, &forum.stranger, gone).status, 204);
        }
        let place = (json!(""), json!(true));
        let text = |text: &str| (json!(text), json!(false));
        assert_eq!(shown(&forum, post), [place.clone(), place.clone(), text("Left"), text("Right")]);
        let first = forum.read_post(&forum.huda, post, "").json()["replies"][0].clone();
        assert_eq!(
            (&first["author"]["name"], &first["authorId"]),
            (&json!("Former member"), &json!(Uuid::NIL))
        );
        assert_eq!(delete(&forum, &forum.huda, left).status, 204);
        assert_eq!(shown(&forum, post), [place.clone(), place, text("Right")]);
        assert_eq!(delete(&forum, &forum.huda, right).status, 204);
        assert!(shown(&forum, post).is_empty(), "the places above went with the last answer");
        assert_eq!(forum.read(&forum.huda, post).json()["replyCount"], 0);
        let score = "SELECT score FROM contributors WHERE user_id = $1";
        assert_eq!(forum.number(score, forum.stranger.user_id), 0);
    }

    #[test]
    fn siblings_deleted_at_once_leave_no_place_behind() {
        let (forum, post) = opened();
        let top = forum.reply(post, &forum.huda, "Top");
        let children: Vec<_> =
            (0..3).map(|n| forum.reply_to(post, top, &forum.huda, &format!("{n}"))).collect();
        assert_eq!(delete(&forum, &forum.huda, top).status, 204);
        let one = |id: &Uuid| forum.host.delete(&format!("/forums/replies/{id}")).by(&forum.huda);
        let answers = one(&children[0]).send_with(children[1..].iter().map(one));
        assert!(answers.iter().all(|answer| answer.status == 204));
        assert!(shown(&forum, post).is_empty());
        assert_eq!(forum.read_post(&forum.huda, post, "").json()["replyCount"], 0);
    }

    #[test]
    fn the_best_answer_is_withdrawn_with_its_reply() {
        let (forum, post) = opened();
        let reply = forum.reply(post, &forum.stranger, "The best one");
        let best = forum.host.patch(&format!("/forums/replies/{reply}/best")).by(&forum.huda).send();
        assert_eq!(best.status, 200);
        forum.host.events();
        assert_eq!(delete(&forum, &forum.stranger, reply).status, 204);
        assert_eq!(forum.read(&forum.huda, post).json()["hasBestAnswer"], false);
        let events = forum.host.events();
        let names: Vec<_> = events.iter().map(|event| event.topic.as_str()).collect();
        assert_eq!(names, ["forums.reply.deleted", "forums.answer.withdrawn"]);
        let told: Value = serde_json::from_slice(&events[1].payload).unwrap();
        assert_eq!((&told["replyId"], &told["authorId"]), (&json!(reply), &json!(forum.stranger.user_id)));
        let best = "SELECT best_answers FROM contributors WHERE user_id = $1";
        assert_eq!(forum.number(best, forum.stranger.user_id), 0);
    }

    #[test]
    fn its_author_and_their_admins_may() {
        let (forum, post) = opened();
        let member = forum.host.colleague(&forum.huda, p2p_sdk::Role::Member);
        for (by, status) in
            [(&member, 403), (&forum.stranger, 403), (&forum.omar, 204), (&forum.platform_admin, 204)]
        {
            let reply = forum.reply(post, &forum.huda, "x");
            assert_eq!(delete(&forum, by, reply).status, status);
        }
        let within = forum.open_within(&forum.huda, "Among ourselves");
        let hidden = forum.reply(within, &forum.huda, "x");
        assert_eq!(delete(&forum, &forum.stranger, hidden).status, 404);
        assert_eq!(delete(&forum, &forum.huda, hidden).status, 204);
        assert_eq!(delete(&forum, &forum.huda, hidden).status, 404);
        let stale = forum.reply(within, &forum.huda, "y");
        let path = format!("/forums/replies/{stale}");
        assert_eq!(forum.host.delete(&path).by(&forum.huda).header("if-match", "\"7\"").send().status, 409);
    }
}
