//! What forums tell of topics, posts and replies. An event's key is its topic's id, so that all of a topic is heard in the
//! order in which it happened.

use p2p_sdk::{Batch, Ctx, Delivery, Feature, Heard, Timestamp, Uuid};
use serde::Deserialize;

use super::{Gone, Kind, Thing, keep_like, put, remove};
use crate::activities::{Action, Note, forget, note};
use crate::counters;
use crate::moments::made_at;
use crate::trending::{self, Deed, Touch};

/// As far as the dashboard needs it; see `told.rs` of forums.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    id: Uuid,
    topic_id: Uuid,
    author_id: Uuid,
    organization_id: Option<Uuid>,
    #[serde(default)]
    visibility: Visibility,
    topic_organization_id: Option<Uuid>,
    /// The topic's.
    title: String,
    actor_id: Option<Uuid>,
    slug: Option<String>,
    category: Option<String>,
    post_id: Option<Uuid>,
    liked: Option<bool>,
    /// How many like it by now; not said where nothing of that changed.
    count: Option<i64>,
    /// The same of being the best answer.
    best: Option<bool>,
    created_at: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Visibility {
    #[default]
    Network,
    Organization,
}

impl Told {
    fn thing(&self, kind: Kind, committed_at: Timestamp) -> Thing<'_> {
        let is_topic = kind == Kind::Topic;
        let within = self.topic_organization_id.filter(|_| self.visibility == Visibility::Organization);
        Thing {
            id: self.id,
            kind,
            counter: match kind {
                Kind::Post => counters::POSTS,
                Kind::Reply => counters::REPLIES,
                Kind::Topic | Kind::UseCase => counters::TOPICS,
            },
            is_open: true,
            root_id: self.topic_id,
            post_id: match kind {
                Kind::Post => Some(self.id),
                Kind::Reply => self.post_id,
                Kind::Topic | Kind::UseCase => None,
            },
            author_id: self.author_id,
            organization_id: self.organization_id,
            visible_to: within.filter(|_| is_topic),
            title: is_topic.then_some(&self.title),
            slug: self.slug.as_deref().filter(|_| is_topic),
            category: self.category.as_deref().filter(|_| is_topic),
            likes: self.count,
            is_best: self.best,
            created_at: self.created_at.or_else(|| made_at(self.id)).unwrap_or(committed_at),
        }
    }

    fn note(&self, thing: &Thing<'_>, action: Action, at: Timestamp) -> Note {
        let post = thing.post_id.filter(|_| thing.kind == Kind::Reply);
        Note::of(thing, action, at)
            .knowing("topicId", Some(self.topic_id.to_string()))
            .knowing("postId", post.map(|id| id.to_string()))
            .knowing("category", thing.category)
    }
}

/// Subscribes to what is told of a forum.
pub fn hear(feature: Feature) -> Feature {
    feature
        .on_events(&["forums.topic.created", "forums.topic.updated", "forums.topic.retold"], topic_told)
        .on_events(&["forums.post.created", "forums.post.updated", "forums.post.retold"], post_told)
        .on_events(&["forums.reply.created", "forums.reply.updated", "forums.reply.retold"], reply_told)
        .on_event("forums.topic.deleted", topic_gone)
        .on_event("forums.post.deleted", post_gone)
        .on_event("forums.reply.deleted", reply_gone)
        .on_event("forums.post.liked", liked)
        .on_event("forums.reply.liked", liked)
        .on_event("forums.answer.chosen", chosen)
        .on_event("forums.answer.withdrawn", withdrawn)
}

async fn topic_told(ctx: &Ctx, event: Delivery) -> Heard {
    told(ctx, &event, Kind::Topic, Action::TopicCreated).await
}

async fn post_told(ctx: &Ctx, event: Delivery) -> Heard {
    told(ctx, &event, Kind::Post, Action::PostCreated).await
}

async fn reply_told(ctx: &Ctx, event: Delivery) -> Heard {
    told(ctx, &event, Kind::Reply, Action::ReplyCreated).await
}

async fn told(ctx: &Ctx, event: &Delivery, kind: Kind, action: Action) -> Heard {
    let told: Told = event.read()?;
    let thing = told.thing(kind, event.committed_at);
    let batch = put(Batch::new(), &thing);
    // An edit is nothing new.
    let batch = if event.topic.ends_with(".updated") {
        batch
    } else {
        let batch = note(batch, &told.note(&thing, action, thing.created_at));
        trending::touch(ctx, batch, &Touch::written(&thing, thing.created_at), true).await?
    };
    batch.commit(ctx).await?;
    Ok(())
}

async fn topic_gone(ctx: &Ctx, event: Delivery) -> Heard {
    gone(ctx, &event, Kind::Topic, Gone::Root).await
}

async fn post_gone(ctx: &Ctx, event: Delivery) -> Heard {
    gone(ctx, &event, Kind::Post, Gone::Post).await
}

async fn reply_gone(ctx: &Ctx, event: Delivery) -> Heard {
    gone(ctx, &event, Kind::Reply, Gone::Reply).await
}

async fn gone(ctx: &Ctx, event: &Delivery, kind: Kind, gone: Gone) -> Heard {
    let told: Told = event.read()?;
    let thing = told.thing(kind, event.committed_at);
    let batch = remove(Batch::new(), gone, &thing);
    trending::cool(ctx, batch, thing.root_id, gone, thing.id).await?.commit(ctx).await?;
    Ok(())
}

async fn liked(ctx: &Ctx, event: Delivery) -> Heard {
    let told: Told = event.read()?;
    let touch = told.actor_id.map(|actor_id| Touch {
        root_id: told.topic_id,
        source_id: told.id,
        post_id: told.post_id,
        author_id: told.author_id,
        actor_id,
        deed: Deed::Liked,
        at: event.committed_at,
    });
    keep_like(ctx, told.id, told.count, touch, told.liked == Some(true)).await
}

async fn chosen(ctx: &Ctx, event: Delivery) -> Heard {
    let mut told: Told = event.read()?;
    told.best = Some(true);
    let thing = told.thing(Kind::Reply, event.committed_at);
    let batch = put(Batch::new(), &thing);
    let noted = told.note(&thing, Action::BestAnswer, event.committed_at);
    note(batch, &noted).commit(ctx).await?;
    Ok(())
}

async fn withdrawn(ctx: &Ctx, event: Delivery) -> Heard {
    let mut told: Told = event.read()?;
    told.best = Some(false);
    let thing = told.thing(Kind::Reply, event.committed_at);
    let batch = put(Batch::new(), &thing);
    forget(batch, Action::BestAnswer, thing.id).commit(ctx).await?;
    Ok(())
}
