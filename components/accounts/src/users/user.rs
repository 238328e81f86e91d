//! A user as they and their organization see them. Holds nothing that is private to the user.

use p2p_sdk::{Ctx, Timestamp, Uuid};
use serde::Serialize;

use super::row::UserRow;

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
    avatar: Option<String>,
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
        let bio_html = match &row.bio {
            Some(bio) => ctx.text().markdown(vec![bio.clone()]).await.pop(),
            None => None,
        };
        Self {
            id: row.id,
            email: row.email.clone(),
            first_name: row.first_name.clone(),
            last_name: row.last_name.clone(),
            role: row.role.clone(),
            organization_id: row.organization_id,
            avatar: row.avatar.clone(),
            title: row.title.clone(),
            bio: row.bio.clone(),
            bio_html,
            location: row.location.clone(),
            expertise_tags: row.expertise_tags.0.clone(),
            language: row.language.clone(),
            is_active: row.is_active,
            is_verified: row.is_verified,
            last_login: row.last_login,
            created_at: row.created_at,
        }
    }
}
