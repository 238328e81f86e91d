//! Topics, posts and replies. What is deleted there stays deleted, so that an event that comes late brings nothing back.

mod told;

use p2p_sdk::{Batch, Ctx, Delivery, Feature, Heard, params};

use crate::entries::{Below, Entry, Kind, bury, labels, load};
use crate::text::label;
use told::Told;

const FOLLOW: &str = "UPDATE entries SET title = $2, category = $3, tags = $4, shown_to = $5, answered = $6 \
    WHERE topic_id = $1 AND id <> $1 AND gone = FALSE";
const ANSWERED: &str = "UPDATE entries SET answered = $2 WHERE topic_id = $1 AND gone = FALSE";

/// Subscribes.
pub fn hear(feature: Feature) -> Feature {
    feature
        .on_events(&["forums.topic.created", "forums.topic.updated", "forums.topic.retold"], topic_told)
        .on_events(&["forums.post.created", "forums.post.updated", "forums.post.retold"], post_told)
        .on_events(&["forums.reply.created", "forums.reply.updated", "forums.reply.retold"], reply_told)
        .on_event("forums.topic.deleted", topic_deleted)
        .on_event("forums.post.deleted", post_deleted)
        .on_event("forums.reply.deleted", reply_deleted)
        .on_event("forums.answer.chosen", answer_chosen)
        .on_event("forums.answer.withdrawn", answer_withdrawn)
}

async fn topic_told(ctx: &Ctx, event: Delivery) -> Heard {
    let told: Told = event.read()?;
    let (old, _) = load(ctx, told.id, told.id).await?;
    if old.as_ref().is_some_and(|old| old.gone) {
        return Ok(());
    }
    let mut entry = told.entry(old, Kind::Topic, &event);
    if let Some(category) = &told.category {
        entry.category = label(category);
    }
    if let Some(tags) = &told.tags {
        entry.tags = labels(tags);
    }
    entry.answered = Some(entry.answered.unwrap_or(false));
    let Entry { id, title, category, tags, shown_to, answered, .. } = &entry;
    let follow = params![id, title, category, tags, shown_to, answered];
    entry.keep(Batch::new(), ctx.sql().dialect()).run(FOLLOW, follow).commit(ctx).await?;
    Ok(())
}

async fn post_told(ctx: &Ctx, event: Delivery) -> Heard {
    part_told(ctx, event, Kind::Post).await
}

async fn reply_told(ctx: &Ctx, event: Delivery) -> Heard {
    part_told(ctx, event, Kind::Reply).await
}

/// A post or a reply. It takes from its topic what only the topic tells.
async fn part_told(ctx: &Ctx, event: Delivery, kind: Kind) -> Heard {
    let told: Told = event.read()?;
    // A topic's first post has its id and is told with it.
    if told.id == told.topic_id {
        return Ok(());
    }
    let (old, topic) = load(ctx, told.id, told.topic_id).await?;
    if [&old, &topic].into_iter().flatten().any(|entry| entry.gone) {
        return Ok(());
    }
    let mut entry = told.entry(old, kind, &event);
    entry.post_id = if kind == Kind::Post { Some(told.id) } else { told.post_id.or(entry.post_id) };
    if let Some(topic) = topic {
        (entry.category, entry.tags, entry.answered) = (topic.category, topic.tags, topic.answered);
    }
    let batch = entry.keep(Batch::new(), ctx.sql().dialect());
    let is_answer = told.best == Some(true);
    let batch = if is_answer { batch.run(ANSWERED, params![told.topic_id, true]) } else { batch };
    batch.commit(ctx).await?;
    Ok(())
}

async fn topic_deleted(ctx: &Ctx, event: Delivery) -> Heard {
    deleted(ctx, event, Kind::Topic, Below::Topic).await
}

async fn post_deleted(ctx: &Ctx, event: Delivery) -> Heard {
    deleted(ctx, event, Kind::Post, Below::Post).await
}

async fn reply_deleted(ctx: &Ctx, event: Delivery) -> Heard {
    deleted(ctx, event, Kind::Reply, Below::Nothing).await
}

async fn deleted(ctx: &Ctx, event: Delivery, kind: Kind, below: Below) -> Heard {
    let told: Told = event.read()?;
    let (old, _) = load(ctx, told.id, told.id).await?;
    let batch = bury(Batch::new(), ctx.sql().dialect(), told.id, below);
    let batch = match old {
        Some(_) => batch,
        // It was never heard of: the tombstone keeps it out.
        None => {
            let mut grave = Entry::new(told.id, kind, told.author_id, event.committed_at);
            (grave.topic_id, grave.gone) = (Some(told.topic_id), true);
            grave.row(batch)
        }
    };
    batch.commit(ctx).await?;
    Ok(())
}

async fn answer_chosen(ctx: &Ctx, event: Delivery) -> Heard {
    answered(ctx, event, true).await
}

async fn answer_withdrawn(ctx: &Ctx, event: Delivery) -> Heard {
    answered(ctx, event, false).await
}

async fn answered(ctx: &Ctx, event: Delivery, is: bool) -> Heard {
    let told: Told = event.read()?;
    Batch::new().run(ANSWERED, params![told.topic_id, is]).commit(ctx).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::fixture::{Found, Index};

    #[test]
    fn what_is_told_is_found_and_what_is_edited_is_found_anew() {
        let index = Index::new();
        let topic = index.topic("Cavitation in the feed pump", "It sounds like gravel.");
        assert_eq!(index.found("cavitation"), [Found::topic(topic)]);
        index.tell(
            "forums.topic.updated",
            topic,
            &json!({ "topicId": topic, "title": "Noise in the feed pump" }),
        );
        assert_eq!(index.found("cavitation"), []);
        assert_eq!(
            index.found("noise gravel"),
            [Found::topic(topic)],
            "the text stays when only the title changes"
        );
        index.tell(
            "forums.topic.updated",
            topic,
            &json!({ "topicId": topic, "text": "It hums.", "excerpt": "It hums." }),
        );
        assert_eq!(index.found("gravel"), []);
        assert_eq!(index.found("hums"), [Found::topic(topic)]);
    }

    #[test]
    fn posts_and_replies_are_found_by_their_own_text() {
        let index = Index::new();
        let topic = index.topic("Cavitation in the feed pump", "It sounds like gravel.");
        let post = index.post(topic, "Check the suction strainer first.");
        let reply = index.reply(topic, post, "The strainer was clogged.");
        assert_eq!(index.found("cavitation"), [Found::topic(topic)]);
        let page = index.search("/search?q=strainer").json();
        let mut items = page["items"].as_array().unwrap().clone();
        items.sort_by_key(|item| item["type"].as_str().unwrap().to_owned());
        assert_eq!(items.len(), 2);
        assert_eq!((&items[0]["id"], &items[0]["type"]), (&json!(post), &json!("post")));
        assert_eq!(items[0]["title"], "Cavitation in the feed pump");
        assert_eq!((&items[1]["id"], &items[1]["type"]), (&json!(reply), &json!("reply")));
    }

    #[test]
    fn what_is_deleted_takes_along_what_is_below_it_and_never_comes_back() {
        let index = Index::new();
        let topic = index.topic("Cavitation in the feed pump", "It sounds like gravel.");
        let post = index.post(topic, "Check the strainer.");
        let reply = index.reply(topic, post, "The strainer was clogged.");
        index.tell("forums.post.deleted", post, &json!({ "topicId": topic }));
        assert_eq!(index.found("strainer"), []);
        index.tell(
            "forums.reply.retold",
            reply,
            &json!({ "topicId": topic, "postId": post, "text": "strainer" }),
        );
        assert_eq!(index.found("strainer"), []);
        let late = index.host.new_id();
        index.tell("forums.topic.deleted", topic, &json!({ "topicId": topic }));
        assert_eq!(index.found("cavitation"), []);
        index.tell("forums.topic.retold", topic, &json!({ "topicId": topic, "title": "Cavitation" }));
        index.tell("forums.post.retold", late, &json!({ "topicId": topic, "text": "Cavitation" }));
        assert_eq!(index.found("cavitation"), []);
    }

    #[test]
    fn a_deletion_that_comes_first_keeps_it_out() {
        let index = Index::new();
        let topic = index.host.new_id();
        index.tell("forums.topic.deleted", topic, &json!({ "topicId": topic }));
        index.tell("forums.topic.retold", topic, &json!({ "topicId": topic, "title": "Cavitation" }));
        assert_eq!(index.found("cavitation"), []);
    }

    #[test]
    fn what_stands_in_a_topic_follows_it() {
        let index = Index::new();
        let topic = index.topic("Cavitation in the feed pump", "It sounds like gravel.");
        let post = index.post(topic, "Check the strainer.");
        let within = json!({ "topicId": topic, "visibility": "organization", "topicOrganizationId": index.huda.organization_id,
            "category": "quality", "title": "Ours alone" });
        index.tell("forums.topic.updated", topic, &within);
        assert_eq!(index.found("strainer"), [], "others see it no longer");
        let page = index.search_by(&index.huda, "/search?q=strainer&category=quality").json();
        assert_eq!(
            (&page["items"][0]["id"], &page["items"][0]["title"]),
            (&json!(post), &json!("Ours alone"))
        );
        let found = index.search_by(&index.huda, "/search?q=strainer&category=general").json();
        assert_eq!(found["items"], json!([]));
    }

    #[test]
    fn whether_it_is_answered_follows_the_choice() {
        let index = Index::new();
        let topic = index.topic("Cavitation in the feed pump", "It sounds like gravel.");
        let ask = |answered| index.found(&format!("cavitation&answered={answered}"));
        assert_eq!((ask(false), ask(true)), (vec![Found::topic(topic)], vec![]));
        let reply = index.host.new_id();
        index.tell("forums.answer.chosen", reply, &json!({ "topicId": topic, "replyId": reply }));
        assert_eq!((ask(false), ask(true)), (vec![], vec![Found::topic(topic)]));
        index.tell("forums.topic.retold", topic, &json!({ "topicId": topic }));
        assert_eq!(ask(true), [Found::topic(topic)], "nothing is forgotten when it is told again");
        index.tell("forums.answer.withdrawn", reply, &json!({ "topicId": topic, "replyId": reply }));
        assert_eq!(ask(true), []);
        index.tell(
            "forums.reply.retold",
            reply,
            &json!({ "topicId": topic, "postId": topic, "text": "x", "best": true }),
        );
        assert_eq!(ask(true), [Found::topic(topic)], "a retelling says it with the reply");
    }

    #[test]
    fn a_redelivery_changes_nothing_and_nonsense_is_refused() {
        let index = Index::new();
        let topic = index.topic("Cavitation in the feed pump", "It sounds like gravel.");
        let (delivery, payload) = (index.host.new_id(), index.payload(topic, &json!({ "topicId": topic })));
        assert_eq!(index.host.hear(delivery, "forums.topic.updated", topic, &payload), Ok(()));
        assert!(index.host.hear(delivery, "forums.topic.updated", topic, &payload).is_err(), "already done");
        assert_eq!(index.found("cavitation"), [Found::topic(topic)]);
        let wrong = index.host.hear(index.host.new_id(), "forums.post.created", topic, &json!({ "id": 7 }));
        assert!(matches!(wrong, Err(p2p_sdk::EventError::Refuse(_))), "{wrong:?}");
    }
}
