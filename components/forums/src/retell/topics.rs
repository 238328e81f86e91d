//! Topics, each with the text of its root post.

use p2p_sdk::{Batch, Ctx, EventError, FromRow, RetellPage, Retold, Row, RowError, Timestamp, Uuid, params};
use serde_json::value::RawValue;

use super::guards::Guards;
use super::texts::Texts;
use crate::posts::Wanted;
use crate::told::Told;
use crate::topics::{SEEN, Seen};

pub const TOPIC_RETOLD: &str = "forums.topic.retold";

/// A topic, and the text of its root post.
struct Whole<'a> {
    seen: Seen,
    slug: &'a str,
    tags: &'a RawValue,
    excerpt: &'a str,
    likes: i64,
    created_at: Timestamp,
    revision: Uuid,
}

impl<'a> FromRow<'a> for Whole<'a> {
    fn from_row(row: &mut Row<'a>) -> Result<Self, RowError> {
        let (seen, slug) = (Seen::from_row(row)?, row.get()?);
        let tags = row.get()?;
        let (excerpt, likes, created_at) = (row.get()?, row.get()?, row.get()?);
        Ok(Self { seen, slug, tags, excerpt, likes, created_at, revision: row.get()? })
    }
}

/// Tells a page of them.
pub async fn topics(ctx: &Ctx, page: RetellPage) -> Result<Retold, EventError> {
    let text = format!(
        "SELECT {SEEN}, t.slug, t.tags, t.excerpt, t.likes, t.created_at, p.revision FROM topics t \
         JOIN posts p ON p.id = t.id WHERE t.id > $1 AND t.status <> 'deleted' ORDER BY t.id LIMIT $2"
    );
    let rows = ctx.sql().query(&text, &params![page.after_id()?, page.limit]).await?;
    let found = rows.all::<Whole<'_>>()?;
    let root = |id, revision| Wanted { id, revision, post: id, chunk: 0 };
    let texts = Texts::of(ctx, found.iter().map(|topic| root(topic.seen.id, topic.revision))).await?;
    let mut guards = Guards::default();
    let mut told = Batch::new();
    for topic in &found {
        let seen = &topic.seen;
        guards.topic(seen);
        let retold = Told {
            slug: Some(topic.slug),
            category: Some(&seen.category),
            tags: Some(topic.tags),
            excerpt: Some(topic.excerpt),
            text: texts.of_id(seen.id),
            count: Some(topic.likes),
            created_at: Some(topic.created_at),
            ..seen.told(seen.id, seen.created_by, seen.organization_id)
        };
        told = told.tell(retold.event(TOPIC_RETOLD));
    }
    let ids: Vec<_> = found.iter().map(|topic| topic.seen.id).collect();
    Ok(page.told(&ids, guards.before(told)))
}
