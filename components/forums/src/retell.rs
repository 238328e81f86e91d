//! Telling again what there is, for those who make their projections anew: every topic, post and reply that is there, as
//! the events of their changes say it, without the people named in them. Nobody is notified twice.

mod guards;
mod texts;
mod topics;

use p2p_sdk::{Batch, Ctx, EventError, Feature, FromRow, RetellPage, Retold, Uuid, params};

use crate::posts::{POST, PostRow};
use crate::replies::{REPLY, ReplyRow};
use crate::told::Told;
use crate::topics::{SEEN, Seen};
use guards::Guards;
use texts::Texts;
use topics::topics;

const POST_RETOLD: &str = "forums.post.retold";
const REPLY_RETOLD: &str = "forums.reply.retold";

/// What retelling adds to the feature.
pub fn routes(feature: Feature) -> Feature {
    feature.retells("topic", topics).retells("post", posts).retells("reply", replies)
}

async fn posts(ctx: &Ctx, page: RetellPage) -> Result<Retold, EventError> {
    let text = format!(
        "SELECT {SEEN}, {POST} FROM posts p JOIN topics t ON t.id = p.topic_id WHERE p.id > $2 AND NOT p.is_root \
         AND p.status = 'open' AND t.status <> 'deleted' ORDER BY p.id LIMIT $3"
    );
    let rows = ctx.sql().query(&text, &params![Uuid::NIL, page.after_id()?, page.limit]).await?;
    let found = rows.read(|row| Ok((Seen::from_row(row)?, PostRow::from_row(row)?)))?;
    let texts = Texts::of(ctx, found.iter().map(|(_, post)| post.wanted())).await?;
    let mut guards = Guards::default();
    let mut told = Batch::new();
    for (topic, post) in &found {
        guards.topic(topic);
        guards.post(post.id, post.version);
        let retold = Told {
            text: texts.of_id(post.id),
            topic_author_id: Some(topic.created_by),
            count: Some(post.likes),
            created_at: Some(post.created_at),
            ..topic.told(post.id, post.author_id, post.organization_id)
        };
        told = told.tell(retold.event(POST_RETOLD));
    }
    let ids: Vec<_> = found.iter().map(|(_, post)| post.id).collect();
    Ok(page.told(&ids, guards.before(told)))
}

/// A reply, and who wrote what it replies to.
struct Answering {
    topic: Seen,
    reply: ReplyRow,
    post_author: Uuid,
    post_version: i64,
    parent_author: Option<Uuid>,
}

async fn replies(ctx: &Ctx, page: RetellPage) -> Result<Retold, EventError> {
    let text = format!(
        "SELECT {SEEN}, {REPLY}, p.author_id, p.version, (SELECT q.author_id FROM replies q WHERE q.id = r.parent_id) \
         FROM replies r JOIN posts p ON p.id = r.post_id AND p.status = 'open' \
         JOIN topics t ON t.id = r.topic_id AND t.status <> 'deleted' \
         WHERE r.id > $2 AND r.status = 'open' ORDER BY r.id LIMIT $3"
    );
    let rows = ctx.sql().query(&text, &params![Uuid::NIL, page.after_id()?, page.limit]).await?;
    let found = rows.read(|row| {
        let (topic, reply) = (Seen::from_row(row)?, ReplyRow::from_row(row)?);
        let (post_author, post_version) = (row.get()?, row.get()?);
        Ok(Answering { topic, reply, post_author, post_version, parent_author: row.get()? })
    })?;
    let texts = Texts::of(ctx, found.iter().filter_map(|found| found.reply.wanted())).await?;
    let mut guards = Guards::default();
    let mut told = Batch::new();
    for Answering { topic, reply, post_author, post_version, parent_author } in &found {
        guards.topic(topic);
        guards.post(reply.post_id, *post_version);
        guards.reply(reply);
        let retold = Told {
            text: texts.of_id(reply.id),
            post_id: Some(reply.post_id),
            topic_author_id: Some(topic.created_by),
            post_author_id: Some(*post_author),
            parent_author_id: *parent_author,
            best: (topic.best_reply_id == Some(reply.id)).then_some(true),
            count: Some(reply.likes),
            created_at: Some(reply.created_at),
            ..topic.told(reply.id, reply.author_id, reply.organization_id)
        };
        told = told.tell(retold.event(REPLY_RETOLD));
    }
    let ids: Vec<_> = found.iter().map(|found| found.reply.id).collect();
    Ok(page.told(&ids, guards.before(told)))
}

#[cfg(test)]
mod tests {
    use p2p_sdk::host::Event;
    use serde_json::{Value, json};

    use super::topics::TOPIC_RETOLD;
    use super::*;
    use crate::fixture::{Forum, draft, with};

    /// What is told again, by topic and payload.
    fn retold(forum: &Forum) -> Vec<(String, Value)> {
        let mut all = Vec::new();
        let keep = |event: &Event| {
            let payload: Value = serde_json::from_slice(&event.payload).unwrap();
            assert_eq!(payload["topicId"].as_str(), Some(event.key.as_str()));
            all.push((event.topic.clone(), payload));
        };
        forum.host.retell(keep);
        all
    }

    fn of(all: &[(String, Value)], topic: &str) -> Vec<Value> {
        all.iter().filter(|(name, _)| name == topic).map(|(_, payload)| payload.clone()).collect()
    }

    /// What the feature said when it came to be.
    fn created(forum: &Forum) -> Vec<Value> {
        let events = forum.host.events().into_iter().filter(|event| event.topic.ends_with(".created"));
        events.map(|event| serde_json::from_slice(&event.payload).unwrap()).collect()
    }

    #[test]
    fn everything_is_said_as_it_was_when_it_came_to_be() {
        let forum = Forum::new();
        let topic = with(draft("Ask @Huda_Salem"), "tags", json!(["pumps"]));
        let topic = forum.opened(&forum.huda, &with(topic, "visibility", json!("organization")));
        let post = forum.answer(topic, &forum.omar, "Because **@Huda_Salem** said so");
        let parent = forum.reply(post, &forum.huda, "I did not");
        forum.reply_to(post, parent, &forum.omar, "You did");
        let wanted: Vec<_> = created(&forum).into_iter().map(without_mentions).collect();
        let all: Vec<_> = retold(&forum).into_iter().map(|(_, payload)| without_count(payload)).collect();
        assert_eq!(all.len(), 4);
        assert!(wanted.iter().all(|payload| all.contains(payload)), "{wanted:#?}\n{all:#?}");
    }

    fn without_mentions(mut payload: Value) -> Value {
        payload.as_object_mut().unwrap().remove("mentions");
        payload
    }

    fn without_count(mut payload: Value) -> Value {
        assert_eq!(payload.as_object_mut().unwrap().remove("count"), Some(json!(0)));
        payload
    }

    #[test]
    fn what_was_deleted_is_not_told_and_what_was_edited_is_as_it_stands() {
        let forum = Forum::new();
        let (kept, gone) = (forum.open(&forum.huda, "It stays"), forum.open(&forum.huda, "It goes"));
        let post = forum.answer(kept, &forum.huda, "The first text");
        let deleted = forum.answer(kept, &forum.huda, "It goes, too");
        let under = forum.reply(deleted, &forum.huda, "With its post");
        forum.answer(gone, &forum.huda, "With its topic");
        let reply = forum.reply(post, &forum.omar, "The answer");
        for path in [format!("topics/{gone}"), format!("posts/{deleted}")] {
            assert_eq!(forum.host.delete(&format!("/forums/{path}")).by(&forum.huda).send().status, 204);
        }
        let edit = forum.host.patch(&format!("/forums/posts/{post}")).by(&forum.huda);
        assert_eq!(edit.json(&json!({ "content": "The second text" })).send().status, 200);
        let best = forum.host.patch(&format!("/forums/replies/{reply}/best")).by(&forum.huda);
        assert_eq!(best.json(&json!({ "best": true })).send().status, 200);
        let all = retold(&forum);
        assert_eq!(of(&all, TOPIC_RETOLD).len(), 1);
        let posts = of(&all, POST_RETOLD);
        assert_eq!((posts.len(), &posts[0]["text"]), (1, &json!("The second text")));
        let replies = of(&all, REPLY_RETOLD);
        assert_eq!((replies.len(), &replies[0]["best"]), (1, &json!(true)));
        assert!(!all.iter().any(|(_, payload)| payload["id"] == json!(under)));
    }

    #[test]
    fn a_page_that_somebody_wrote_to_meanwhile_is_read_again() {
        let forum = Forum::new();
        forum.open(&forum.huda, "It changes");
        forum.host.events();
        // Somebody who is faster than the page's commit.
        let faster = "CREATE TRIGGER faster BEFORE UPDATE ON topics BEGIN SELECT RAISE(IGNORE); END";
        forum.host.execute(faster, params![]);
        let page = json!({ "noun": "topic", "after": null });
        let hear = || forum.host.hear(forum.host.new_id(), "forums.retell.continued", "topic", &page);
        assert!(matches!(hear(), Err(EventError::Retry(_))));
        assert!(forum.host.events().is_empty());
        forum.host.execute("DROP TRIGGER faster", params![]);
        assert_eq!((hear(), forum.host.events().len()), (Ok(()), 1));
    }

    #[test]
    fn many_are_told_page_by_page_each_once() {
        let forum = Forum::new();
        for n in 0..60 {
            forum.open(&forum.huda, &format!("Topic number {n}"));
        }
        let mut ids: Vec<_> =
            of(&retold(&forum), TOPIC_RETOLD).iter().map(|told| told["id"].to_string()).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 60);
    }
}
