//! Who may see a topic: the whole network, or its organization only. Both forms of the rule stand here, for one topic
//! and for a list, and must say the same.

use p2p_sdk::{Cell, FromCell, Query, Uuid, Viewer};
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

    /// Whether somebody may see a topic of this organization.
    pub fn shows(self, viewer: Viewer, organization: Option<Uuid>) -> bool {
        self == Self::Network || viewer.sees(organization)
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

/// The same for the rows of a list.
pub fn narrow(query: &mut Query, viewer: Viewer) {
    match viewer {
        Viewer::Outsider => query.add(" AND visibility = 'network'"),
        Viewer::Member(own) => {
            let own = query.bind(&own);
            query.add(&format!(" AND (visibility = 'network' OR organization_id = ${own})"));
        }
        Viewer::PlatformAdmin => {}
    }
}

#[cfg(test)]
mod tests {
    use p2p_sdk::{Actor, Role};

    use super::*;

    const OWN: Uuid = Uuid::from_bytes([1; 16]);
    const OTHER: Uuid = Uuid::from_bytes([2; 16]);

    fn sees(organization_id: Option<Uuid>, platform_admin: bool) -> [bool; 3] {
        let actor =
            Actor { user_id: Uuid::NIL, organization_id, role: Role::Admin, platform_admin, verified: true };
        let viewer = Viewer::of(&actor);
        [
            Visibility::Network.shows(viewer, Some(OTHER)),
            Visibility::Organization.shows(viewer, Some(OWN)),
            Visibility::Organization.shows(viewer, Some(OTHER)),
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
