//! Of what somebody wants to be told, and how. Kept here as part of the profile; sends nothing.

use serde::{Deserialize, Serialize};

/// What happens, and how to be told of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
pub struct NotificationPreferences {
    /// Somebody wrote one's name.
    pub mention: Ways,
    /// Somebody answered.
    pub reply: Ways,
    /// One's answer was the best.
    pub best_answer: Ways,
    /// A message came.
    pub message: Ways,
}

/// How to be told. Everything, until somebody says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
pub struct Ways {
    pub email: bool,
    pub in_app: bool,
}

impl Default for Ways {
    fn default() -> Self {
        Self { email: true, in_app: true }
    }
}

/// What is to be different; what is not named stays.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
pub struct PreferenceChanges {
    #[serde(default, deserialize_with = "p2p_sdk::members")]
    mention: Option<WayChanges>,
    #[serde(default, deserialize_with = "p2p_sdk::members")]
    reply: Option<WayChanges>,
    #[serde(default, deserialize_with = "p2p_sdk::members")]
    best_answer: Option<WayChanges>,
    #[serde(default, deserialize_with = "p2p_sdk::members")]
    message: Option<WayChanges>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
struct WayChanges {
    email: Option<bool>,
    in_app: Option<bool>,
}

impl PreferenceChanges {
    /// Makes the changes.
    pub fn apply(&self, preferences: &mut NotificationPreferences) {
        for (changes, ways) in [
            (&self.mention, &mut preferences.mention),
            (&self.reply, &mut preferences.reply),
            (&self.best_answer, &mut preferences.best_answer),
            (&self.message, &mut preferences.message),
        ] {
            if let Some(changes) = changes {
                ways.email = changes.email.unwrap_or(ways.email);
                ways.in_app = changes.in_app.unwrap_or(ways.in_app);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_named_stays() {
        let changes: PreferenceChanges = serde_json::from_str(r#"{"bestAnswer":{"email":false}}"#).unwrap();
        let mut preferences = NotificationPreferences::default();
        changes.apply(&mut preferences);
        assert_eq!(preferences.best_answer, Ways { email: false, in_app: true });
        assert_eq!(preferences.reply, Ways::default());
    }

    #[test]
    fn a_kind_that_a_row_does_not_know_is_on() {
        let kept: NotificationPreferences = serde_json::from_str(r#"{"reply":{"email":false}}"#).unwrap();
        assert_eq!(kept.reply, Ways { email: false, in_app: true });
        assert_eq!(kept.mention, Ways::default());
    }
}
