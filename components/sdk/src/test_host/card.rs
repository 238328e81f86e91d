//! A person as a test introduces them to the directory.

use crate::{Actor, Role, Uuid};

/// A person as the directory shows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// The user's id.
    pub id: Uuid,
    /// First and last name.
    pub name: String,
    /// What they do.
    pub title: Option<String>,
    /// Whether their address is verified.
    pub verified: bool,
    /// Whether they may sign in.
    pub active: bool,
    /// Their role.
    pub role: Role,
    /// Their organization: id and name.
    pub organization: Option<(Uuid, String)>,
}

impl Card {
    /// Somebody who may sign in, with a verified address, in an organization of this name.
    pub fn of(actor: &Actor, name: &str, organization: &str) -> Self {
        Self {
            id: actor.user_id,
            name: name.to_owned(),
            title: None,
            verified: true,
            active: true,
            role: actor.role,
            organization: actor.organization_id.map(|id| (id, organization.to_owned())),
        }
    }
}
