//! What changes of a topic are written: its row, tags, versions and counts, and the root post's text, in one commit.

use p2p_sdk::{Actor, Batch, Ctx, Params, Problem, Timestamp, Version, fold, params, slug};
use serde_json::value::RawValue;

use super::TopicChanges;
use crate::categories;
use crate::posts::PostRow;
use crate::revisions::Edit;
use crate::told::Words;
use crate::topics::row::{Topic, columns};
use crate::topics::seen::Seen;
use crate::topics::visibility::Visibility;
use crate::topics::{draft, history, tags};
const UPDATE: &str = "UPDATE topics SET version = version + 1, updated_at = $3, title = $4, title_folded = $5, \
    slug = $6, category = $7, visibility = $8, tags = $9, excerpt = $10 \
    WHERE id = $1 AND version = $2 AND status <> 'deleted'";
const DROP_TAGS: &str = "DELETE FROM topic_tags WHERE topic_id = $1";
const INSERT_TAG: &str = "INSERT INTO topic_tags (tag, topic_id) VALUES ($1, $2)";

/// Writes the changes, with what they make of the row, its tags, its versions and its counts.
pub async fn write(
    ctx: &Ctx,
    actor: &Actor,
    seen: &Seen,
    root: &PostRow,
    changes: &TopicChanges,
) -> Result<(), Problem> {
    let text = format!("SELECT {} FROM topics WHERE id = $2", columns(1));
    let rows = ctx.sql().query(&text, &params![actor.user_id, seen.id]).await?;
    let mut topic = rows.first::<Topic<'_>>()?.ok_or_else(Problem::not_found)?;
    let edit = Edit::post(ctx, root)?;
    let (words, excerpt) = match &changes.content {
        Some(content) => {
            // As it will be read: who can no longer see it is not named to.
            let visibility = changes.visibility.unwrap_or(seen.visibility);
            let within = seen.organization_id.filter(|_| visibility == Visibility::Organization);
            let words = Words::of(ctx, within, content).await?;
            (words, Some(draft::excerpt(ctx, content).await))
        }
        None => (Words::default(), None),
    };
    let named = changes.tags.as_ref().map(|given| tags::normalize_all(given));
    let named_json = named.as_ref().map(serde_json::value::to_raw_value).transpose();
    let named_json = named_json.map_err(Problem::internal)?;
    let new_slug = changes.title.as_deref().map(|title| slug(title, draft::NAMELESS));
    apply(&mut topic, changes, new_slug.as_deref(), excerpt.as_deref(), named_json.as_deref());
    let mut told = seen.told(seen.id, seen.created_by, seen.organization_id);
    (told.title, told.visibility) = (topic.title, topic.visibility);
    (told.slug, told.category) = (Some(topic.slug), Some(topic.category));
    (told.tags, told.excerpt) = (Some(topic.tags), Some(topic.excerpt));
    told.mentions = &words.mentions;
    told.text = changes.content.is_some().then_some(&words.text);
    told.actor_id = Some(actor.user_id);
    let batch = if changes.content.is_some() { edit.write(Batch::new()) } else { Batch::new() };
    let change = |batch: Batch| batch.run_one(UPDATE, row(&topic, seen.version, edit.at));
    let batch = history::keep(batch, seen.id, actor.user_id, edit.at, change);
    let batch = recounted(tagged(batch, seen, named.as_deref()), seen, &topic);
    let batch = batch.tell(told.event("forums.topic.updated"));
    match &changes.content {
        Some(content) => edit.finish(ctx, batch, content).await,
        None => Ok(batch.commit(ctx).await.map(drop)?),
    }
}

fn apply<'a>(
    topic: &mut Topic<'a>,
    changes: &'a TopicChanges,
    new_slug: Option<&'a str>,
    excerpt: Option<&'a str>,
    named: Option<&'a RawValue>,
) {
    topic.title = changes.title.as_deref().map_or(topic.title, str::trim);
    topic.slug = new_slug.unwrap_or(topic.slug);
    topic.category = changes.category.as_deref().unwrap_or(topic.category);
    topic.visibility = changes.visibility.unwrap_or(topic.visibility);
    topic.excerpt = excerpt.unwrap_or(topic.excerpt);
    topic.tags = named.unwrap_or(topic.tags);
}

/// The version is the one whose rights and `If-Match` were looked at, not a later one read since.
fn row(topic: &Topic<'_>, seen: Version, now: Timestamp) -> Params {
    params![
        topic.id,
        seen,
        now,
        topic.title,
        fold(topic.title),
        topic.slug,
        topic.category,
        topic.visibility.as_str(),
        topic.tags.get(),
        topic.excerpt
    ]
}

fn tagged(batch: Batch, topic: &Seen, named: Option<&[String]>) -> Batch {
    let Some(named) = named else { return batch };
    let batch = batch.run(DROP_TAGS, params![topic.id]);
    named.iter().fold(batch, |batch, tag| batch.run_one(INSERT_TAG, params![tag, topic.id]))
}

/// It counts where it belongs now, and no longer where it did.
fn recounted(batch: Batch, old: &Seen, new: &Topic<'_>) -> Batch {
    if (old.category.as_str(), old.visibility) == (new.category, new.visibility) {
        return batch;
    }
    let batch = categories::count(batch, &old.category, old.visibility, old.organization_id, -1);
    categories::count(batch, new.category, new.visibility, new.organization_id, 1)
}
