//! A topic as it stands in its row and as it is answered: one struct, which borrows its text from the store's answer.
//! The author's card is filled in by whoever asked the directory.

use p2p_sdk::{Cell, Cursor, FromCell, FromRow, Person, Row, RowError, Timestamp, Uuid, Version, params};
use serde::Serialize;
use serde_json::value::RawValue;

use super::filter::Sort;
use super::visibility::Visibility;

/// What `Topic` reads, in this order, but for the last one.
const COLUMNS: &str = "id, title, slug, category, tags, status, visibility, created_by, organization_id, is_pinned, \
    excerpt, views, likes, reply_count, has_best_answer, last_activity_at, created_at, updated_at, version, \
    popularity, trend, best_reply_id";

/// What `Topic` reads, of the table `topics`. The parameter of this number is the caller's id.
pub fn columns(user: u32) -> String {
    format!(
        "{COLUMNS}, EXISTS (SELECT 1 FROM bookmarks WHERE bookmarks.user_id = ${user} \
        AND bookmarks.topic_id = topics.id)"
    )
}

/// Whether a topic takes posts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema), schema(as = TopicStatus))]
#[serde(rename_all = "lowercase")]
pub enum Status {
    Open,
    Locked,
    Deleted,
}

impl FromCell<'_> for Status {
    fn from_cell(cell: Cell<'_>) -> Option<Self> {
        match cell {
            Cell::Text("open") => Some(Self::Open),
            Cell::Text("locked") => Some(Self::Locked),
            Cell::Text("deleted") => Some(Self::Deleted),
            _ => None,
        }
    }
}

/// A topic.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Topic<'a> {
    pub id: Uuid,
    pub title: &'a str,
    /// The title for addresses of pages; not unique.
    pub slug: &'a str,
    pub category: &'a str,
    /// Stored as JSON and answered as it is stored.
    #[cfg_attr(feature = "describe", schema(value_type = Vec<String>))]
    pub tags: &'a RawValue,
    pub status: Status,
    pub visibility: Visibility,
    pub created_by: Uuid,
    pub author: Person<'a>,
    #[cfg_attr(feature = "describe", schema(required))]
    pub organization_id: Option<Uuid>,
    pub is_pinned: bool,
    /// How the content begins, without markup.
    pub excerpt: &'a str,
    pub views: u64,
    pub likes: u64,
    pub reply_count: u64,
    pub has_best_answer: bool,
    pub is_bookmarked: bool,
    pub last_activity_at: Timestamp,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    #[serde(skip)]
    pub version: Version,
    #[serde(skip)]
    pub popularity: i64,
    #[serde(skip)]
    pub trend: i64,
    #[serde(skip)]
    pub best_reply_id: Option<Uuid>,
}

impl<'a> FromRow<'a> for Topic<'a> {
    fn from_row(row: &mut Row<'a>) -> Result<Self, RowError> {
        let (id, title, slug, category) = (row.get()?, row.get()?, row.get()?, row.get()?);
        let tags = row.get()?;
        let (status, visibility, created_by) = (row.get()?, row.get()?, row.get()?);
        Ok(Self {
            id,
            title,
            slug,
            category,
            tags,
            status,
            visibility,
            created_by,
            author: Person::former(created_by),
            organization_id: row.get()?,
            is_pinned: row.get()?,
            excerpt: row.get()?,
            views: row.get()?,
            likes: row.get()?,
            reply_count: row.get()?,
            has_best_answer: row.get()?,
            last_activity_at: row.get()?,
            created_at: row.get()?,
            updated_at: row.get()?,
            version: row.get()?,
            popularity: row.get()?,
            trend: row.get()?,
            best_reply_id: row.get()?,
            is_bookmarked: row.get()?,
        })
    }
}

impl Topic<'_> {
    /// The place behind it in a list of this order.
    pub fn cursor(&self, sort: Sort) -> Cursor {
        let values = match sort {
            Sort::Latest => params![self.is_pinned, self.last_activity_at, self.id],
            Sort::Popular => params![self.is_pinned, self.popularity, self.id],
            Sort::Trending => params![self.is_pinned, self.trend, self.id],
        };
        Cursor::new(sort.list(), values)
    }
}
