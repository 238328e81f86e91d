//! An activity as it is shown: its row, what its document knows, and the card of whoever it was. Cards, and documents that
//! were not found beside the rows, are asked for at once.

use p2p_sdk::{Ctx, Document, Problem, Rows, Timestamp, Uuid, from_row, join, join_all};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::ACTIVITIES;
use super::action::Action;
use crate::authors::{Author, Authors};

/// Something that somebody did.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Activity {
    pub id: Uuid,
    pub action_type: Action,
    /// forum, use_case, message or user.
    pub entity_type: &'static str,
    pub entity_id: Uuid,
    pub user: Author,
    /// One sentence in the caller's language.
    pub summary: String,
    /// What else is known: `title` and `slug` of the topic or use case, `topicId`, `postId`, `category`, `industry`, `city`.
    #[cfg_attr(feature = "describe", schema(value_type = std::collections::HashMap<String, String>))]
    pub metadata: Map<String, Value>,
    pub created_at: Timestamp,
}

/// A row of `feed.rs`.
#[derive(Debug, Clone)]
pub struct Listed {
    pub id: Uuid,
    user_id: Uuid,
    action: Action,
    entity_id: Uuid,
    pub created_at: Timestamp,
    title: Option<String>,
    slug: Option<String>,
}
from_row!(Listed { id, user_id, action, entity_id, created_at, title, slug });

#[derive(Default, Deserialize)]
#[serde(default)]
struct Known {
    metadata: Map<String, Value>,
}

/// Reads the rows of a statement.
pub fn listed(rows: &Rows) -> Result<Vec<Listed>, Problem> {
    Ok(rows.all()?)
}

/// Shows these, in their order. `beside` are documents that were found already, of these and of others.
pub async fn show(ctx: &Ctx, listed: Vec<Listed>, beside: &[Document]) -> Result<Vec<Activity>, Problem> {
    let overlapping = ctx.concurrent();
    let known = join_all(listed.iter().map(|row| known(&overlapping, row.id, beside)));
    let authors = Authors::ask(&overlapping, listed.iter().map(|row| row.user_id));
    let (known, authors) = join(known, authors).await;
    let authors = authors?;
    let language = ctx.call().language;
    let whole = |(row, known): (Listed, Result<Known, Problem>)| {
        let Known { mut metadata } = known?;
        let summary = row.action.summary(language, row.title.as_deref().unwrap_or_default());
        for (name, value) in [("title", row.title), ("slug", row.slug)] {
            if let Some(value) = value {
                metadata.insert(name.to_owned(), Value::String(value));
            }
        }
        Ok(Activity {
            id: row.id,
            action_type: row.action,
            entity_type: row.action.entity_type(),
            entity_id: row.entity_id,
            user: authors.get(row.user_id),
            summary,
            metadata,
            created_at: row.created_at,
        })
    };
    listed.into_iter().zip(known).map(whole).collect()
}

/// What the document knows; nothing as long as it is on its way.
async fn known(ctx: &Ctx, id: Uuid, beside: &[Document]) -> Result<Known, Problem> {
    let id = id.to_string();
    if let Some(document) = beside.iter().find(|document| document.id == id) {
        return document.read();
    }
    match ctx.documents().get(ACTIVITIES, &id).await? {
        Some(document) => document.read(),
        None => Ok(Known::default()),
    }
}
