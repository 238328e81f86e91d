//! Which activities are asked for.

use p2p_sdk::Uuid;
use serde::Deserialize;

use super::Action;

/// Whose activities are wanted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "describe", derive(serde::Serialize, utoipa::ToSchema), schema(as = ActivityScope))]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// The caller's own, also those that nobody else sees.
    Me,
    /// Those of the caller's organization.
    #[default]
    Organization,
    /// Those of everybody, as far as the caller may see what they are about.
    Network,
}

/// Narrows the activities.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema), schema(as = ActivityFilter))]
#[serde(default)]
pub struct Wanted {
    pub scope: Scope,
}

/// Narrows what an admin sees.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema), schema(as = ActivityLogFilter))]
#[serde(default, rename_all = "camelCase")]
pub struct Logged {
    /// One person's only.
    pub user_id: Option<Uuid>,
    /// One kind only.
    pub action_type: Option<Action>,
}
