//! What a tenant may set for notifications. Every setting has a default.

use serde::Deserialize;

/// Settings of the feature in a tenant.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
pub struct Settings {
    /// Where people of this tenant use the product: letters link to its pages. Empty: the website that the server is
    /// configured with.
    #[cfg_attr(feature = "describe", schema(default = ""))]
    pub website_url: String,
    /// The hour of the day (UTC) from which on summaries are sent.
    #[cfg_attr(feature = "describe", schema(default = 5, minimum = 0, maximum = 23))]
    pub digest_hour: u8,
    /// For how many days notifications are kept.
    #[cfg_attr(feature = "describe", schema(default = 180, minimum = 7, maximum = 3650))]
    pub keep_days: u16,
}

impl Default for Settings {
    fn default() -> Self {
        Self { website_url: String::new(), digest_hour: 5, keep_days: 180 }
    }
}

impl Settings {
    /// A page of the website: a path, unless the tenant says where its website is. The host knows that of paths.
    pub fn page(&self, path: &str) -> String {
        format!("{}{path}", self.website_url.trim_end_matches('/'))
    }
}
