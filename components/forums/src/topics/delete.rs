//! `DELETE /forums/topics/{id}`: a topic and everything below it is there no more, and stays stored. What its posts and
//! replies counted for is taken back in the same commit.

use p2p_sdk::{Batch, Ctx, Problem, Request, Response, again, params};

use super::seen::Seen;
use crate::below::Below;
use crate::categories;
use crate::contributors::{self, Gone};

/// First of all: it holds off whoever writes into the topic, and finds who wrote since that was counted.
const DELETE: &str = "UPDATE topics SET status = 'deleted', version = version + 1, updated_at = $3 \
    WHERE id = $1 AND version = $2 AND status <> 'deleted' AND reply_count = $4";

/// Deletes a topic.
pub async fn delete(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    again(async || remove(ctx, &request).await).await
}

async fn remove(ctx: &Ctx, request: &Request) -> Result<Response, Problem> {
    let actor = ctx.actor()?;
    let topic = Seen::find(ctx, request.id("id")?).await?;
    actor.author_or_admin(topic.created_by, topic.organization_id)?;
    request.matched(topic.version)?;
    let below = Below::topic(ctx, topic.id).await?;
    let batch = Batch::new().run_one(DELETE, params![topic.id, topic.version, ctx.now(), below.count]);
    // In the order in which opening a topic takes these rows: else the two might wait for each other.
    let batch = categories::count(batch, &topic.category, topic.visibility, topic.organization_id, -1);
    let batch = contributors::withdraw(batch, Gone::Topic, topic.id);
    let mut told = topic.told(topic.id, topic.created_by, topic.organization_id);
    told.actor_id = Some(actor.user_id);
    told.gone = &below.shares;
    batch.tell(told.event("forums.topic.deleted")).commit(ctx).await?;
    Ok(Response::no_content())
}

#[cfg(test)]
mod tests {
    use p2p_sdk::test_host::Answered;
    use p2p_sdk::{Actor, Uuid};
    use serde_json::{Value, json};

    use super::*;
    use crate::fixture::Forum;

    fn delete(forum: &Forum, by: &Actor, topic: Uuid) -> Answered {
        forum.host.delete(&format!("/forums/topics/{topic}")).by(by).send()
    }

    fn send(forum: &Forum, by: &Actor, path: &str, content: &str) -> Uuid {
        let answer = forum.host.post(path).by(by).json(&json!({ "content": content })).send();
        assert_eq!(answer.status, 201, "{path}");
        answer.json()["id"].as_str().unwrap().parse().unwrap()
    }

    #[test]
    fn it_is_gone_for_everybody_with_all_below_it() {
        let forum = Forum::new();
        let topic = forum.open(&forum.huda, "It will go");
        let post = send(&forum, &forum.stranger, &format!("/forums/topics/{topic}/posts"), "An answer");
        let reply = send(&forum, &forum.omar, &format!("/forums/posts/{post}/reply"), "A reply");
        forum.host.events();
        let answer = delete(&forum, &forum.huda, topic);
        assert_eq!((answer.status, answer.body.len()), (204, 0));
        let told: Value = serde_json::from_slice(&forum.host.events()[0].payload).unwrap();
        let share = |of: &Actor, posts: i64, replies: i64| {
            json!({ "authorId": of.user_id, "organizationId": of.organization_id, "posts": posts,
                "replies": replies })
        };
        let gone = told["gone"].as_array().unwrap();
        assert_eq!(gone.len(), 2, "{gone:?}");
        assert!(gone.contains(&share(&forum.stranger, 1, 0)) && gone.contains(&share(&forum.omar, 0, 1)));
        assert_eq!(delete(&forum, &forum.huda, topic).status, 404);
        for path in [format!("topics/{topic}"), format!("topics/{topic}/posts"), format!("posts/{post}")] {
            let found = forum.host.get(&format!("/forums/{path}")).by(&forum.platform_admin).send();
            assert_eq!(found.status, 404, "{path}");
        }
        for path in [
            format!("topics/{topic}/pin"),
            format!("topics/{topic}/bookmark"),
            format!("posts/{post}/like"),
            format!("replies/{reply}/like"),
        ] {
            let found = forum.host.post(&format!("/forums/{path}")).by(&forum.platform_admin).send();
            assert_eq!(found.status, 404, "{path}");
        }
        assert!(forum.titles(&forum.huda, "").is_empty());
    }

    #[test]
    fn whoever_may_not_is_told_so_or_sees_nothing() {
        let forum = Forum::new();
        for (by, status) in
            [(&forum.huda, 204), (&forum.omar, 204), (&forum.platform_admin, 204), (&forum.stranger, 403)]
        {
            let topic = forum.open(&forum.huda, "Who may delete it?");
            assert_eq!(delete(&forum, by, topic).status, status);
        }
        let of_omar = forum.open(&forum.omar, "By the admin");
        assert_eq!(delete(&forum, &forum.huda, of_omar).status, 403);
        let within = forum.open_within(&forum.huda, "Among ourselves");
        assert_eq!(delete(&forum, &forum.stranger, within).status, 404);
        assert_eq!(forum.host.delete(&format!("/forums/topics/{within}")).send().status, 401);
        assert_eq!(delete(&forum, &forum.huda, forum.host.new_id()).status, 404);
    }

    #[test]
    fn a_version_that_is_not_the_present_one_deletes_nothing() {
        let forum = Forum::new();
        let topic = forum.open(&forum.huda, "It was edited");
        forum.set(topic, "version = $2", 3i64);
        let send = |tag: &str| {
            let delete = forum.host.delete(&format!("/forums/topics/{topic}")).by(&forum.huda);
            delete.header("if-match", tag).send()
        };
        assert_eq!((send("\"1\"").status, send("\"1\"").code().as_str()), (409, "VERSION_CONFLICT"));
        assert_eq!(send("\"3\"").status, 204);
    }

    #[test]
    fn the_event_tells_whose_it_was_and_who_did_it() {
        let forum = Forum::new();
        let topic = forum.open_within(&forum.huda, "It will go");
        forum.host.events();
        delete(&forum, &forum.omar, topic);
        let events = forum.host.events();
        let [event] = events.as_slice() else { panic!("{events:?}") };
        let told: Value = serde_json::from_slice(&event.payload).unwrap();
        assert_eq!((event.topic.as_str(), event.key.clone()), ("forums.topic.deleted", topic.to_string()));
        for (name, value) in [
            ("id", json!(topic)),
            ("topicId", json!(topic)),
            ("authorId", json!(forum.huda.user_id)),
            ("actorId", json!(forum.omar.user_id)),
            ("organizationId", json!(forum.huda.organization_id)),
            ("visibility", json!("organization")),
            ("title", json!("It will go")),
        ] {
            assert_eq!(told[name], value, "{name}");
        }
    }

    #[test]
    fn what_it_counted_for_is_taken_back() {
        let forum = Forum::new();
        let (stays, topic) = (forum.open(&forum.huda, "It stays"), forum.open(&forum.huda, "It will go"));
        let scores = || {
            let text =
                "SELECT topics, posts, replies, best_answers, likes FROM contributors WHERE user_id = $1";
            [&forum.huda, &forum.omar, &forum.stranger].map(|who| {
                let found = forum.host.query(text, &params![who.user_id]);
                found.first::<(i64, i64, i64, i64, i64)>().unwrap().unwrap_or_default()
            })
        };
        let into = |topic: Uuid| {
            let post = send(&forum, &forum.stranger, &format!("/forums/topics/{topic}/posts"), "An answer");
            let reply = send(&forum, &forum.omar, &format!("/forums/posts/{post}/reply"), "A reply");
            for path in
                [format!("posts/{topic}/like"), format!("posts/{post}/like"), format!("replies/{reply}/like")]
            {
                let liked = forum.host.post(&format!("/forums/{path}")).by(&forum.platform_admin).send();
                assert_eq!(liked.status, 200, "{path}");
            }
            let best = forum.host.patch(&format!("/forums/replies/{reply}/best")).by(&forum.huda).send();
            assert_eq!(best.status, 200);
        };
        into(stays);
        let before = scores();
        assert_eq!(before, [(2, 0, 0, 0, 1), (0, 0, 1, 1, 1), (0, 1, 0, 0, 1)]);
        into(topic);
        assert_eq!(delete(&forum, &forum.huda, topic).status, 204);
        assert_eq!(scores(), [(1, 0, 0, 0, 1), before[1], before[2]]);
        let categories: Vec<Value> = forum.host.get("/forums/categories").by(&forum.huda).send().read();
        assert_eq!(categories[0]["count"], 1);
    }
}
