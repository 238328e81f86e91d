//! What a tenant may set for accounts. Every setting has a default.

use serde::Deserialize;

/// Settings of the feature in a tenant.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
pub struct Settings {
    /// Whether an address of a free mail provider may register an organization, whose domain is then generated.
    #[cfg_attr(feature = "describe", schema(default = false))]
    pub allow_free_mail: bool,
    /// Where people use the tenant: letters link to its pages `/auth/verify-email`, `/auth/reset-password` and
    /// `/auth/invitation`.
    #[cfg_attr(feature = "describe", schema(default = "http://localhost:3000"))]
    pub website_url: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self { allow_free_mail: false, website_url: "http://localhost:3000".to_owned() }
    }
}
