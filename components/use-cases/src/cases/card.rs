//! A use case as it stands in its row and as lists answer it: one struct, which borrows its text from the store's answer.
//! The author's card is filled in by whoever asked the directory.

use p2p_sdk::{
    Cell, Cursor, FromCell, FromRow, People, Person, PersonOrganization, Row, RowError, Timestamp, Uuid,
    Version, params,
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

#[cfg(feature = "describe")]
use super::detail::Outcomes;
use super::filter::Sort;
use crate::media;

/// What `Card` reads, in this order, but for the last two.
const COLUMNS: &str = "id, title, slug, status, industry, technology, city, latitude, longitude, tags, outcomes, excerpt, \
    cover, submitted_by, organization_id, views, likes, bookmark_count, published_at, created_at, updated_at, listed_at, \
    version, revision";

/// What `Card` reads, of the table `use_cases`. The parameter of this number is the caller's id.
pub fn columns(user: u32) -> String {
    format!(
        "{COLUMNS}, EXISTS (SELECT 1 FROM use_case_likes WHERE use_case_likes.use_case_id = use_cases.id \
        AND use_case_likes.user_id = ${user}), EXISTS (SELECT 1 FROM bookmarks WHERE bookmarks.user_id = ${user} \
        AND bookmarks.use_case_id = use_cases.id)"
    )
}

/// How far a use case has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema), schema(as = UseCaseStatus))]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Seen by its author and their admins.
    Draft,
    /// Seen by everybody.
    Published,
    /// Was published, and is seen as a draft is.
    Archived,
}

impl Status {
    /// `draft`, `published` or `archived`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Published => "published",
            Self::Archived => "archived",
        }
    }
}

impl FromCell<'_> for Status {
    fn from_cell(cell: Cell<'_>) -> Option<Self> {
        match cell {
            Cell::Text("draft") => Some(Self::Draft),
            Cell::Text("published") => Some(Self::Published),
            Cell::Text("archived") => Some(Self::Archived),
            _ => None,
        }
    }
}

/// A use case without its long texts.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Card<'a> {
    pub id: Uuid,
    pub title: &'a str,
    /// The title for addresses of pages; not unique.
    pub slug: &'a str,
    pub status: Status,
    #[cfg_attr(feature = "describe", schema(required))]
    pub industry: Option<&'a str>,
    /// Stored as JSON and answered as it is stored.
    #[cfg_attr(feature = "describe", schema(value_type = Vec<String>))]
    pub technology: &'a RawValue,
    /// How the problem's text begins, without markup.
    pub excerpt: &'a str,
    #[cfg_attr(feature = "describe", schema(value_type = Outcomes))]
    pub outcomes: &'a RawValue,
    pub location: Place<'a>,
    #[cfg_attr(feature = "describe", schema(required))]
    pub latitude: Option<f64>,
    #[cfg_attr(feature = "describe", schema(required))]
    pub longitude: Option<f64>,
    #[cfg_attr(feature = "describe", schema(value_type = Vec<String>))]
    pub tags: &'a RawValue,
    /// A small copy of its first picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thumbnail_url: Option<String>,
    pub submitted_by: Uuid,
    pub author: Person<'a>,
    #[cfg_attr(feature = "describe", schema(required))]
    pub organization_id: Option<Uuid>,
    #[cfg_attr(feature = "describe", schema(required))]
    pub organization: Option<PersonOrganization<'a>>,
    pub views: i64,
    pub likes: i64,
    pub is_liked: bool,
    pub is_bookmarked: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    #[serde(skip)]
    pub bookmark_count: i64,
    #[serde(skip)]
    pub listed_at: Timestamp,
    #[serde(skip)]
    pub version: Version,
    /// The document with all that was written.
    #[serde(skip)]
    pub revision: Uuid,
}

/// Where it is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
pub struct Place<'a> {
    #[cfg_attr(feature = "describe", schema(required))]
    pub city: Option<&'a str>,
    /// Latitude, then longitude.
    #[cfg_attr(feature = "describe", schema(required))]
    pub coordinates: Option<[f64; 2]>,
}

/// Latitude and longitude, when there are both.
pub fn coordinates(latitude: Option<f64>, longitude: Option<f64>) -> Option<[f64; 2]> {
    Some([latitude?, longitude?])
}

/// Where a small copy of its first picture is shown.
pub fn thumbnail(id: Uuid, cover: Option<Uuid>) -> Option<String> {
    cover.map(|cover| media::thumbnail_url(id, cover))
}

impl<'a> FromRow<'a> for Card<'a> {
    fn from_row(row: &mut Row<'a>) -> Result<Self, RowError> {
        let (id, title, slug, status) = (row.get()?, row.get()?, row.get()?, row.get()?);
        let (industry, technology) = (row.get()?, row.get()?);
        let (city, latitude, longitude) = (row.get()?, row.get()?, row.get()?);
        let (tags, outcomes) = (row.get()?, row.get()?);
        let (excerpt, cover, submitted_by) = (row.get()?, row.get()?, row.get()?);
        Ok(Self {
            id,
            title,
            slug,
            status,
            industry,
            technology,
            excerpt,
            outcomes,
            location: Place { city, coordinates: coordinates(latitude, longitude) },
            latitude,
            longitude,
            tags,
            thumbnail_url: thumbnail(id, cover),
            submitted_by,
            author: Person::former(submitted_by),
            organization_id: row.get()?,
            organization: None,
            views: row.get()?,
            likes: row.get()?,
            bookmark_count: row.get()?,
            published_at: row.get()?,
            created_at: row.get()?,
            updated_at: row.get()?,
            listed_at: row.get()?,
            version: row.get()?,
            revision: row.get()?,
            is_liked: row.get()?,
            is_bookmarked: row.get()?,
        })
    }
}

impl<'a> Card<'a> {
    /// Whose it is.
    pub fn sign(&mut self, authors: &People<'a>) {
        self.author = authors.get(self.submitted_by);
        self.organization = self.organization_id.and_then(|id| authors.organization(id));
    }

    /// The place behind it in a list of this order.
    pub fn cursor(&self, sort: Sort) -> Cursor {
        let values = match sort {
            Sort::Newest => params![self.listed_at, self.id],
            Sort::MostViewed => params![self.views, self.id],
            Sort::MostLiked => params![self.likes, self.id],
        };
        Cursor::new(sort.list(), values)
    }
}
