//! An activity as it is shown: its row, what its document knows, and the card of whoever it was. Cards, and documents that
//! were not found beside the rows, are asked for at once.

use p2p_sdk::{
    Ctx, Document, Language, People, Person, Problem, Rows, Timestamp, Uuid, from_row, join, join_all,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::ACTIVITIES;
use super::action::Action;

/// Something that somebody did.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Activity<'a> {
    pub id: Uuid,
    pub action_type: Action,
    /// forum, use_case, message or user.
    pub entity_type: &'static str,
    pub entity_id: Uuid,
    pub user: Person<'a>,
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

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Known {
    metadata: Map<String, Value>,
}

/// Reads the rows of a statement.
pub fn listed(rows: &Rows) -> Result<Vec<Listed>, Problem> {
    Ok(rows.all()?)
}

/// Rows, what their documents know of them, and the cards of whoever it was.
#[derive(Debug)]
pub struct Gathered {
    rows: Vec<(Listed, Known)>,
    cards: Rows,
}

impl Gathered {
    /// Asks for what these rows do not say. `beside` are documents that were found already, of these and of others.
    pub async fn of(ctx: &Ctx, listed: Vec<Listed>, beside: &[Document]) -> Result<Self, Problem> {
        let overlapping = ctx.concurrent();
        let known = join_all(listed.iter().map(|row| known(&overlapping, row.id, beside)));
        let cards = People::ask(&overlapping, listed.iter().map(|row| row.user_id));
        let (known, cards) = join(known, cards).await;
        let cards = cards?;
        let rows = listed.into_iter().zip(known).map(|(row, known)| Ok::<_, Problem>((row, known?)));
        Ok(Self { rows: rows.collect::<Result<_, _>>()?, cards })
    }

    /// Shows them, once, in their order.
    pub fn show(&mut self, language: Language) -> Result<Vec<Activity<'_>>, Problem> {
        let people = People::read(&self.cards)?;
        let rows = std::mem::take(&mut self.rows).into_iter();
        Ok(rows.map(|(row, known)| row.shown(known, &people, language)).collect())
    }
}

impl Listed {
    fn shown<'a>(
        self,
        Known { mut metadata }: Known,
        people: &People<'a>,
        language: Language,
    ) -> Activity<'a> {
        let summary = self.action.summary(language, self.title.as_deref().unwrap_or_default());
        for (name, value) in [("title", self.title), ("slug", self.slug)] {
            if let Some(value) = value {
                metadata.insert(name.to_owned(), Value::String(value));
            }
        }
        Activity {
            id: self.id,
            action_type: self.action,
            entity_type: self.action.entity_type(),
            entity_id: self.entity_id,
            user: people.get(self.user_id),
            summary,
            metadata,
            created_at: self.created_at,
        }
    }
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
