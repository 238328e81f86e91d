//! Who may see a topic: the whole network, or its organization only. Both forms of the rule stand here, for one topic
//! and for a list, and must say the same.

use p2p_sdk::{Actor, Cell, FromCell, Params, Uuid};
use serde::{Deserialize, Serialize};

/// Who may see a topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Visibility {
    /// Everybody in the network.
    #[default]
    Network,
    /// The author's organization.
    Organization,
}

impl Visibility {
    /// `network` or `organization`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::Organization => "organization",
        }
    }
}

impl FromCell<'_> for Visibility {
    fn from_cell(cell: Cell<'_>) -> Option<Self> {
        match cell {
            Cell::Text("network") => Some(Self::Network),
            Cell::Text("organization") => Some(Self::Organization),
            _ => None,
        }
    }
}

/// Somebody looking at topics.
#[derive(Debug, Clone, Copy)]
pub enum Viewer {
    /// Sees the network's topics only.
    Outsider,
    /// Sees those of an organization too.
    Member(Uuid),
    /// Sees all.
    PlatformAdmin,
}

impl Viewer {
    /// The caller.
    pub fn of(actor: &Actor) -> Self {
        match actor.organization_id {
            _ if actor.platform_admin => Self::PlatformAdmin,
            Some(organization) => Self::Member(organization),
            None => Self::Outsider,
        }
    }

    /// Whether they may see a topic of this organization.
    pub fn sees(self, visibility: Visibility, organization: Option<Uuid>) -> bool {
        match (visibility, self) {
            (Visibility::Network, _) | (_, Self::PlatformAdmin) => true,
            (Visibility::Organization, Self::Member(own)) => organization == Some(own),
            (Visibility::Organization, Self::Outsider) => false,
        }
    }

    /// The same for the rows of a list. The parameter of this number is the organization of a member; see `bind`.
    pub fn condition(self, organization: u32) -> String {
        match self {
            Self::Outsider => " AND visibility = 'network'".to_owned(),
            Self::Member(_) => format!(" AND (visibility = 'network' OR organization_id = ${organization})"),
            Self::PlatformAdmin => String::new(),
        }
    }

    /// Adds the parameter of the condition, if it has one.
    pub fn bind(self, params: &mut Params) {
        if let Self::Member(organization) = self {
            params.push(&organization);
        }
    }
}

#[cfg(test)]
mod tests {
    use p2p_sdk::Role;

    use super::*;

    const OWN: Uuid = Uuid::from_bytes([1; 16]);
    const OTHER: Uuid = Uuid::from_bytes([2; 16]);

    fn sees(organization_id: Option<Uuid>, platform_admin: bool) -> [bool; 3] {
        let actor =
            Actor { user_id: Uuid::NIL, organization_id, role: Role::Admin, platform_admin, verified: true };
        let viewer = Viewer::of(&actor);
        [
            viewer.sees(Visibility::Network, Some(OTHER)),
            viewer.sees(Visibility::Organization, Some(OWN)),
            viewer.sees(Visibility::Organization, Some(OTHER)),
        ]
    }

    #[test]
    fn an_organization_keeps_its_topics() {
        assert_eq!(sees(Some(OWN), false), [true, true, false]);
        assert_eq!(sees(None, false), [true, false, false]);
        assert_eq!(sees(None, true), [true, true, true]);
        assert_eq!(sees(Some(OWN), true), [true, true, true]);
    }
}
