//! One entry: read as it stands, changed by what was told, and written whole, with its words.

use p2p_sdk::host::Dialect;
use p2p_sdk::{Batch, Ctx, FromRow, Problem, Row, RowError, Timestamp, Uuid, params};

use super::kind::Kind;
use super::{vocabulary, words};
use crate::text;

const READ: &str = "SELECT id, kind, topic_id, post_id, author_id, organization_id, shown_to, title, body, category, \
    industry, city, tags, technologies, answered, gone, created_at FROM entries WHERE id IN ($1, $2)";
const KEEP: &str = "INSERT INTO entries (id, kind, topic_id, post_id, author_id, organization_id, shown_to, title, body, \
    category, industry, city, tags, technologies, answered, gone, created_at) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) \
    ON CONFLICT (id) DO UPDATE SET topic_id = excluded.topic_id, post_id = excluded.post_id, \
    author_id = excluded.author_id, organization_id = excluded.organization_id, shown_to = excluded.shown_to, \
    title = excluded.title, body = excluded.body, category = excluded.category, industry = excluded.industry, \
    city = excluded.city, tags = excluded.tags, technologies = excluded.technologies, answered = excluded.answered, \
    gone = excluded.gone, created_at = excluded.created_at";

/// The most of a text that is indexed and shown, in bytes.
const BODY_MAX: usize = 20_000;

/// Something that can be found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub id: Uuid,
    pub kind: Kind,
    /// The topic it belongs to; a topic's own id.
    pub topic_id: Option<Uuid>,
    /// The post it belongs to; a post's own id.
    pub post_id: Option<Uuid>,
    pub author_id: Uuid,
    pub organization_id: Option<Uuid>,
    /// The organization that alone may see it.
    pub shown_to: Option<Uuid>,
    pub title: String,
    pub body: String,
    /// These as labels.
    pub category: String,
    pub industry: String,
    pub city: String,
    pub tags: String,
    pub technologies: String,
    /// Whether the topic has an answer.
    pub answered: Option<bool>,
    /// It was there, and is found no longer.
    pub gone: bool,
    pub created_at: Timestamp,
}

impl FromRow<'_> for Entry {
    fn from_row(row: &mut Row<'_>) -> Result<Self, RowError> {
        Ok(Self {
            id: row.get()?,
            kind: row.get()?,
            topic_id: row.get()?,
            post_id: row.get()?,
            author_id: row.get()?,
            organization_id: row.get()?,
            shown_to: row.get()?,
            title: row.get()?,
            body: row.get()?,
            category: row.get()?,
            industry: row.get()?,
            city: row.get()?,
            tags: row.get()?,
            technologies: row.get()?,
            answered: row.get()?,
            gone: row.get()?,
            created_at: row.get()?,
        })
    }
}

/// The entry of this id, and the one it stands below, as far as they are there.
pub async fn load(ctx: &Ctx, id: Uuid, below: Uuid) -> Result<(Option<Entry>, Option<Entry>), Problem> {
    let rows = ctx.sql().query(READ, &params![id, below]).await?;
    let entries = rows.all::<Entry>()?;
    let of = |id| entries.iter().find(|entry| entry.id == id).cloned();
    Ok((of(id), of(below)))
}

impl Entry {
    /// Nothing is known of it yet.
    pub fn new(id: Uuid, kind: Kind, author_id: Uuid, created_at: Timestamp) -> Self {
        Self {
            id,
            kind,
            topic_id: None,
            post_id: None,
            author_id,
            organization_id: None,
            shown_to: None,
            title: String::new(),
            body: String::new(),
            category: String::new(),
            industry: String::new(),
            city: String::new(),
            tags: String::new(),
            technologies: String::new(),
            answered: None,
            gone: false,
            created_at,
        }
    }

    /// Takes a text, as far as it is kept.
    pub fn set_body(&mut self, text: &str) {
        text.get(..text.floor_char_boundary(BODY_MAX)).unwrap_or_default().clone_into(&mut self.body);
    }

    /// Adds to a batch that it is found from now on, as it is.
    pub fn keep(&self, batch: Batch, dialect: Dialect) -> Batch {
        let spoken = words::Spoken::of(self);
        let batch = spoken.keep(self.row(batch), dialect, self.id);
        vocabulary::learn(batch, &spoken)
    }

    /// Adds to a batch the row alone.
    pub fn row(&self, batch: Batch) -> Batch {
        let row = params![
            self.id,
            self.kind,
            self.topic_id,
            self.post_id,
            self.author_id,
            self.organization_id,
            self.shown_to,
            self.title,
            self.body,
            self.category,
            self.industry,
            self.city,
            self.tags,
            self.technologies,
            self.answered,
            self.gone,
            self.created_at,
        ];
        batch.run_one(KEEP, row)
    }
}

/// Labels in one text, each between two line ends, so that one can be looked for as a whole.
pub fn labels(given: &[String]) -> String {
    let mut all = String::new();
    for label in given.iter().map(|label| text::label(label)).filter(|label| !label.is_empty()) {
        if all.is_empty() {
            all.push('\n');
        }
        all.push_str(&label);
        all.push('\n');
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_stand_between_line_ends() {
        assert_eq!(
            labels(&["Machine Learning".into(), "!".into(), "IoT".into()]),
            "\nmachine-learning\niot\n"
        );
        assert_eq!(labels(&[]), "");
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        let mut entry = Entry::new(Uuid::NIL, Kind::Topic, Uuid::NIL, Timestamp(0));
        entry.set_body(&format!("a{}", "س".repeat(BODY_MAX)));
        assert_eq!(entry.body.len(), BODY_MAX - 1);
    }
}
