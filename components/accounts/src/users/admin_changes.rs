//! What an admin wants to change of somebody else: which fields, and by which rules. Writes nothing.

use p2p_sdk::{Check, Problem, Rule};
use serde::Deserialize;

use super::changes::set_text;
use super::row::UserRow;
use super::{NAME, ROLES, SHORT};
use crate::fields::{given, named};

/// What is to be different. A field that is absent stays; null clears the title.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
pub struct AdminChanges {
    first_name: Option<String>,
    last_name: Option<String>,
    #[serde(default, deserialize_with = "given")]
    #[cfg_attr(feature = "describe", schema(value_type = Option<String>))]
    title: Option<Option<String>>,
    /// admin or member.
    role: Option<String>,
    /// False signs them out everywhere and keeps them out.
    is_active: Option<bool>,
    // What is nobody else's to change.
    #[serde(default, deserialize_with = "named")]
    #[cfg_attr(feature = "describe", schema(ignore))]
    email: bool,
    #[serde(default, deserialize_with = "named")]
    #[cfg_attr(feature = "describe", schema(ignore))]
    organization_id: bool,
    #[serde(default, deserialize_with = "named")]
    #[cfg_attr(feature = "describe", schema(ignore))]
    is_verified: bool,
}

impl AdminChanges {
    /// Deactivates, and nothing else.
    pub fn deactivation() -> Self {
        Self { is_active: Some(false), ..Self::default() }
    }

    /// Refuses what breaks a rule, all of it at once.
    pub fn check(&self) -> Result<(), Problem> {
        Check::new()
            .given(&self.first_name, |check, name| check.text("firstName", name, NAME))
            .given(&self.last_name, |check, name| check.text("lastName", name, NAME))
            .given(&self.title.clone().flatten(), |check, title| check.text("title", title, SHORT))
            .given(&self.role, |check, role| check.one_of("role", role, ROLES))
            .that(!self.email, "email", Rule::NotAllowed)
            .that(!self.organization_id, "organizationId", Rule::NotAllowed)
            .that(!self.is_verified, "isVerified", Rule::NotAllowed)
            .finish()
    }

    /// Makes the changes.
    pub fn apply(self, user: &mut UserRow) {
        let first = self.first_name.unwrap_or_else(|| user.first_name.clone());
        let last = self.last_name.unwrap_or_else(|| user.last_name.clone());
        user.name(&first, &last);
        set_text(&mut user.title, self.title);
        if let Some(role) = self.role {
            user.role = role;
        }
        user.is_active = self.is_active.unwrap_or(user.is_active);
    }
}
