//! An organization as it is kept and as it is told: the two are alike.

use p2p_sdk::{Batch, Timestamp, Uuid, from_row, params};
use serde::Serialize;

use crate::pictures::Picture;

const INSERT: &str = "INSERT INTO organizations \
    (id, name, domain, industry, size, country, city, admin_user_id, created_at) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";

/// An organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
pub struct Organization {
    pub id: Uuid,
    pub name: String,
    /// Of its people's addresses; a made-up word without a dot when they have none of their own.
    pub domain: String,
    pub industry: String,
    /// startup, small, medium, large or enterprise.
    pub size: String,
    pub country: String,
    pub city: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo: Option<Picture>,
    pub is_active: bool,
    pub created_at: Timestamp,
    /// Who founded it.
    pub admin_user_id: Uuid,
}

from_row!(Organization {
    id,
    name,
    domain,
    industry,
    size,
    country,
    city,
    logo,
    is_active,
    created_at,
    admin_user_id
});

/// Adds a new organization to a batch.
pub fn organization_insert(batch: Batch, new: &Organization) -> Batch {
    let Organization { id, name, domain, industry, size, country, city, admin_user_id, created_at, .. } = new;
    batch.run_one(INSERT, params![id, name, domain, industry, size, country, city, admin_user_id, created_at])
}
