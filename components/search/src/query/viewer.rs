//! Who looks: everybody sees what is for the network, and what is for their organization only.

use p2p_sdk::{Actor, Uuid};

/// Somebody looking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Viewer {
    /// Sees what is for the network only.
    Outsider,
    /// Sees what is for an organization too.
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
}
