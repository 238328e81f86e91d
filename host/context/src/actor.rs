//! Who is calling, as verified by the host. Never built from anything a guest or a client says.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A person's place in their organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Runs the organization.
    Admin,
    /// Belongs to it.
    Member,
}

impl Role {
    /// The word used in tokens, rows and answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Member => "member",
        }
    }
}

/// A signed-in person of the request's tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The user's id, which is also the credential's.
    pub user_id: Uuid,
    /// Where they belong; none for a platform admin without an organization.
    pub organization_id: Option<Uuid>,
    /// Their role there.
    pub role: Role,
    /// May act across the organizations of this tenant.
    pub platform_admin: bool,
    /// Whether the e-mail address was verified.
    pub verified: bool,
    /// The session that vouches for all this.
    pub session: String,
}
