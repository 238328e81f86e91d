//! A user together with their organization, as most routes need them.

use p2p_sdk::{Ctx, Delivery, EventError, FromRow, Problem, Row, RowError, Uuid, params};
use serde::Deserialize;

use super::row::UserRow;
use crate::organizations::Organization;

const BY_ID: &str = "SELECT u.id, u.organization_id, u.email, u.first_name, u.last_name, u.role, u.title, u.bio, \
    u.location, u.avatar, u.expertise_tags, u.language, u.timezone, u.notification_preferences, u.is_active, \
    u.is_verified, u.is_platform_admin, u.last_login, u.created_at, u.version, \
    o.id, o.name, o.domain, o.industry, o.size, o.country, o.city, o.logo, o.is_active, o.created_at, o.admin_user_id \
    FROM users u JOIN organizations o ON o.id = u.organization_id WHERE u.id = $1";

/// A user and their organization.
#[derive(Debug, Clone, PartialEq)]
pub struct Account {
    pub user: UserRow,
    pub organization: Organization,
}

impl<'a> FromRow<'a> for Account {
    fn from_row(row: &mut Row<'a>) -> Result<Self, RowError> {
        Ok(Self { user: UserRow::from_row(row)?, organization: Organization::from_row(row)? })
    }
}

impl Account {
    /// Whether neither the user nor the organization is deactivated.
    pub fn may_sign_in(&self) -> bool {
        self.user.is_active && self.organization.is_active
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    user_id: Uuid,
}

/// The account that an event is about, as it stands by now.
pub async fn account_told(ctx: &Ctx, event: &Delivery) -> Result<Account, EventError> {
    let Told { user_id } = event.read()?;
    let account = account_by_id(ctx, user_id).await?;
    account.ok_or_else(|| EventError::Refuse(format!("there is no user {user_id}")))
}

/// The account of a user, if there is one.
pub async fn account_by_id(ctx: &Ctx, id: Uuid) -> Result<Option<Account>, Problem> {
    Ok(ctx.sql().query(BY_ID, &params![id]).await?.first()?)
}
