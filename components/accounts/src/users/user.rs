//! A user as they and their organization see them. Holds nothing that is private to the user.

use std::slice;

use p2p_sdk::{Ctx, Timestamp, Uuid};
use serde::Serialize;

use super::row::UserRow;
use crate::pictures::Picture;

/// A user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
pub struct User {
    id: Uuid,
    email: String,
    first_name: String,
    last_name: String,
    /// admin or member of the organization.
    role: String,
    organization_id: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    avatar: Option<Picture>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    /// Markdown.
    #[serde(skip_serializing_if = "Option::is_none")]
    bio: Option<String>,
    /// The bio, safe to show.
    #[serde(skip_serializing_if = "Option::is_none")]
    bio_html: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<String>,
    expertise_tags: Vec<String>,
    /// en or ar.
    language: String,
    is_active: bool,
    is_verified: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_login: Option<Timestamp>,
    created_at: Timestamp,
}

impl User {
    /// From their row. Asks the host to render the bio, if there is one.
    pub async fn of(ctx: &Ctx, row: &UserRow) -> Self {
        let bio_html = render_bios(ctx, slice::from_ref(row)).await.pop().flatten();
        Self::new(row.clone(), bio_html)
    }

    /// From their row and the rendered bio.
    pub fn new(row: UserRow, bio_html: Option<String>) -> Self {
        Self {
            id: row.id,
            email: row.email,
            first_name: row.first_name,
            last_name: row.last_name,
            role: row.role,
            organization_id: row.organization_id,
            avatar: row.avatar,
            title: row.title,
            bio: row.bio,
            bio_html,
            location: row.location,
            expertise_tags: row.expertise_tags.0,
            language: row.language,
            is_active: row.is_active,
            is_verified: row.is_verified,
            last_login: row.last_login,
            created_at: row.created_at,
        }
    }
}

/// The bios of several people, rendered by one call to the host, which is not made when nobody has one.
pub async fn render_bios(ctx: &Ctx, rows: &[UserRow]) -> Vec<Option<String>> {
    let sources: Vec<_> = rows.iter().filter_map(|row| row.bio.clone()).collect();
    if sources.is_empty() {
        return vec![None; rows.len()];
    }
    let mut rendered = ctx.text().markdown(&sources).await.into_iter();
    rows.iter().map(|row| row.bio.as_ref().and_then(|_| rendered.next())).collect()
}
