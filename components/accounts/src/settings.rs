//! What a tenant may set for accounts. Every setting has a default.

use serde::Deserialize;

/// Settings of the feature in a tenant.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
pub struct Settings {
    /// Whether an address of a free mail provider may register an organization, whose domain is then generated.
    #[cfg_attr(feature = "describe", schema(default = false))]
    pub allow_free_mail: bool,
}
