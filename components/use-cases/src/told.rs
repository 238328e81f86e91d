//! What the feature tells of itself: one shape for every event. An event's key is its use case's id, so that what happens
//! to one use case is heard in its order.

use p2p_sdk::host::Event;
use p2p_sdk::{Ctx, Timestamp, Uuid};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::cases::{Card, Detail, Status};

/// Bytes of plain text that go along; a payload may have 64 KiB.
const TEXT_MAX: usize = 20_000;

/// What an event says; what does not apply is left out.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Told<'a> {
    pub id: Uuid,
    pub author_id: Uuid,
    pub organization_id: Option<Uuid>,
    /// Who did it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor_id: Option<Uuid>,
    pub title: &'a str,
    pub slug: &'a str,
    pub status: Status,
    /// The state before, when that changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Status>,
    pub industry: Option<&'a str>,
    pub technology: &'a RawValue,
    pub city: Option<&'a str>,
    pub tags: &'a RawValue,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub excerpt: Option<&'a str>,
    /// How problem and solution begin, without markup.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<&'a str>,
    // What was switched on or off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub liked: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bookmarked: Option<bool>,
    /// How many did so by now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latitude: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub longitude: Option<f64>,
    pub created_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published_at: Option<Timestamp>,
}

impl<'a> Told<'a> {
    /// What the row says.
    pub fn of(card: &Card<'a>) -> Self {
        Self {
            id: card.id,
            author_id: card.submitted_by,
            organization_id: card.organization_id,
            actor_id: None,
            title: card.title,
            slug: card.slug,
            status: card.status,
            from: None,
            industry: card.industry,
            technology: card.technology,
            city: card.location.city,
            tags: card.tags,
            excerpt: None,
            text: None,
            liked: None,
            bookmarked: None,
            count: None,
            latitude: card.latitude,
            longitude: card.longitude,
            created_at: card.created_at,
            published_at: card.published_at,
        }
    }

    /// Done by this person.
    pub fn by(self, actor: Uuid) -> Self {
        Self { actor_id: Some(actor), ..self }
    }

    /// With its words, for those who index or announce it.
    pub fn saying(self, excerpt: &'a str, text: &'a str) -> Self {
        Self { excerpt: Some(excerpt), text: Some(text), ..self }
    }

    /// The event `use-cases.use-case.<verb>`.
    pub fn event(&self, verb: &str) -> Event {
        Event::new(&format!("use-cases.use-case.{verb}"), self.id, self)
    }
}

/// What a use case says, without markup.
pub async fn text(ctx: &Ctx, detail: &Detail) -> String {
    let most = u32::try_from(TEXT_MAX).unwrap_or(u32::MAX);
    let mut text = ctx.text().excerpt(&[detail.prose()], most).await.pop().unwrap_or_default();
    text.truncate(text.floor_char_boundary(TEXT_MAX));
    text
}
