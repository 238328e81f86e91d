//! What a session knows of its user, and what signing up and in answer.

use p2p_sdk::host::{Issued, SessionError};
use p2p_sdk::{Ctx, Uuid};
use serde::Serialize;

use crate::organizations::Organization;
use crate::users::{Account, User};

/// The answer of signing up and in.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
pub struct SignedIn {
    user: User,
    organization: Organization,
}

impl SignedIn {
    /// What is told of this account to itself.
    pub async fn of(ctx: &Ctx, account: Account) -> Self {
        Self { user: User::of(ctx, &account.user).await, organization: account.organization }
    }
}

/// What goes into an access token, so that the host can tell who calls without asking a store.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Claims<'a> {
    organization_id: Uuid,
    role: &'a str,
    platform_admin: bool,
    verified: bool,
}

/// The claims of an account's sessions, as JSON.
pub fn claims(account: &Account) -> Vec<u8> {
    let user = &account.user;
    let claims = Claims {
        organization_id: user.organization_id,
        role: &user.role,
        platform_admin: user.is_platform_admin,
        verified: user.is_verified,
    };
    serde_json::to_vec(&claims).unwrap_or_default()
}

/// Opens a session.
pub async fn open(ctx: &Ctx, account: &Account) -> Result<Issued, SessionError> {
    ctx.sessions().create(&account.user.id.to_string(), claims(account)).await
}
