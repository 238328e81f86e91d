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
    /// Where people of this tenant use the product: letters link to its pages `/auth/verify-email`,
    /// `/auth/reset-password` and `/auth/invitation`. Empty: the website that the server is configured with.
    #[cfg_attr(feature = "describe", schema(default = ""))]
    pub website_url: String,
}
