//! What use cases tell of themselves. A draft and an archived one count for their author and organization, and are seen by
//! nobody else.

use p2p_sdk::{Batch, Ctx, Delivery, Feature, Heard, Timestamp, Uuid};
use serde::Deserialize;

use super::{Gone, Kind, Thing, keep_like, put, remove};
use crate::activities::{Action, Note, note};
use crate::counters;
use crate::moments::made_at;
use crate::trending::{self, Deed, Touch};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    id: Uuid,
    author_id: Uuid,
    organization_id: Option<Uuid>,
    actor_id: Option<Uuid>,
    title: String,
    slug: Option<String>,
    status: Status,
    industry: Option<String>,
    city: Option<String>,
    liked: Option<bool>,
    /// How many like it by now; not said where nothing of that changed.
    count: Option<i64>,
    created_at: Option<Timestamp>,
    published_at: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Status {
    Draft,
    Published,
    Archived,
    /// It is told of no more; only its end says so.
    Deleted,
}

impl Told {
    fn thing(&self, committed_at: Timestamp) -> Thing<'_> {
        Thing {
            id: self.id,
            kind: Kind::UseCase,
            counter: match self.status {
                Status::Draft | Status::Deleted => counters::DRAFT,
                Status::Published => counters::PUBLISHED,
                Status::Archived => counters::ARCHIVED,
            },
            is_open: self.status == Status::Published,
            root_id: self.id,
            post_id: None,
            author_id: self.author_id,
            organization_id: self.organization_id,
            visible_to: None,
            title: Some(&self.title),
            slug: self.slug.as_deref(),
            category: self.industry.as_deref(),
            likes: self.count,
            is_best: None,
            created_at: self.created_at.or_else(|| made_at(self.id)).unwrap_or(committed_at),
        }
    }

    fn note(&self, thing: &Thing<'_>, action: Action, at: Timestamp) -> Note {
        let note = Note::of(thing, action, at);
        note.knowing("industry", self.industry.as_deref()).knowing("city", self.city.as_deref())
    }
}

/// Subscribes to what is told of use cases.
pub fn hear(feature: Feature) -> Feature {
    let told = [
        "use-cases.use-case.created",
        "use-cases.use-case.updated",
        "use-cases.use-case.published",
        "use-cases.use-case.archived",
        "use-cases.use-case.retold",
    ];
    feature
        .on_events(&told, changed)
        .on_event("use-cases.use-case.deleted", deleted)
        .on_event("use-cases.use-case.liked", liked)
}

async fn changed(ctx: &Ctx, event: Delivery) -> Heard {
    let told: Told = event.read()?;
    let thing = told.thing(event.committed_at);
    let batch = put(Batch::new(), &thing);
    // An edit is nothing new.
    if event.topic.ends_with(".updated") {
        batch.commit(ctx).await?;
        return Ok(());
    }
    let batch = note(batch, &told.note(&thing, Action::UseCaseSubmitted, thing.created_at));
    let just_now = event.topic.ends_with(".published").then_some(event.committed_at);
    let batch = match told.published_at.or(just_now).filter(|_| thing.is_open) {
        Some(at) => {
            let batch = note(batch, &told.note(&thing, Action::UseCasePublished, at));
            let touch = Touch::written(&thing, at);
            trending::touch(ctx, batch, &touch, true).await?
        }
        None => trending::settle(batch, thing.id),
    };
    batch.commit(ctx).await?;
    Ok(())
}

async fn deleted(ctx: &Ctx, event: Delivery) -> Heard {
    let told: Told = event.read()?;
    let thing = told.thing(event.committed_at);
    let batch = remove(Batch::new(), Gone::Root, &thing);
    trending::cool(ctx, batch, thing.id, Gone::Root, thing.id).await?.commit(ctx).await?;
    Ok(())
}

async fn liked(ctx: &Ctx, event: Delivery) -> Heard {
    let told: Told = event.read()?;
    let touch = told.actor_id.map(|actor_id| Touch {
        root_id: told.id,
        source_id: told.id,
        post_id: None,
        author_id: told.author_id,
        actor_id,
        deed: Deed::Liked,
        at: event.committed_at,
    });
    keep_like(ctx, told.id, told.count, touch, told.liked == Some(true)).await
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::fixture::{Board, use_case};

    #[test]
    fn use_cases_count_by_their_state() {
        let board = Board::new();
        let id = board.host.new_id();
        let counts = || {
            let stats = board.stats(&board.layla);
            let by_state = &stats["organization"]["useCases"];
            let count = |name: &str| by_state[name].as_i64().unwrap();
            (
                [count("draft"), count("published"), count("archived")],
                stats["user"]["useCases"].as_i64().unwrap(),
            )
        };
        for (verb, status, wanted) in [
            ("created", "draft", ([1, 0, 0], 1)),
            ("updated", "draft", ([1, 0, 0], 1)),
            ("published", "published", ([0, 1, 0], 1)),
            ("retold", "published", ([0, 1, 0], 1)),
            ("archived", "archived", ([0, 0, 1], 1)),
            ("deleted", "archived", ([0, 0, 0], 0)),
            ("retold", "archived", ([0, 0, 0], 0)),
        ] {
            let topic = format!("use-cases.use-case.{verb}");
            board.told(&topic, use_case(id, &board.layla, status), &json!({}));
            assert_eq!(counts(), wanted, "{verb}");
        }
    }
}
