//! Who is calling, as the host verified it, and what that lets them do to a thing. Whether they may see it at all is settled
//! before: what is not seen is 404.

use crate::{Problem, Uuid};

/// The language of messages for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// English, the default.
    #[default]
    En,
    /// Arabic.
    Ar,
}

impl Language {
    /// The language of this name; English for any other.
    pub fn parse(name: &str) -> Self {
        if name == "ar" { Self::Ar } else { Self::En }
    }

    /// `en` or `ar`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Ar => "ar",
        }
    }
}

/// A person's place in their organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Runs the organization.
    Admin,
    /// Belongs to it.
    Member,
}

impl Role {
    /// The role of this name, if there is one.
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "admin" => Some(Self::Admin),
            "member" => Some(Self::Member),
            _ => None,
        }
    }

    /// `admin` or `member`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Member => "member",
        }
    }
}

/// Who is calling, as the host verified it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The user's id.
    pub user_id: Uuid,
    /// Where they belong.
    pub organization_id: Option<Uuid>,
    /// Their role there.
    pub role: Role,
    /// May act across the organizations of this tenant.
    pub platform_admin: bool,
    /// Whether the e-mail address was verified.
    pub verified: bool,
}

impl Actor {
    /// Whether they administer this organization, by their role in it or as a platform admin.
    pub fn administers(&self, organization: Uuid) -> bool {
        self.platform_admin || (self.role == Role::Admin && self.organization_id == Some(organization))
    }

    /// Whether they administer what belongs to this organization; what belongs to none, only platform admins do.
    pub fn administers_any(&self, organization: Option<Uuid>) -> bool {
        organization.map_or(self.platform_admin, |organization| self.administers(organization))
    }

    /// Its author; 403 for others.
    pub fn author(&self, author: Uuid) -> Result<(), Problem> {
        Problem::unless(self.user_id == author)
    }

    /// Its author, an admin of the author's organization, or a platform admin; 403 for others.
    pub fn author_or_admin(&self, author: Uuid, organization: Option<Uuid>) -> Result<(), Problem> {
        Problem::unless(self.user_id == author || self.administers_any(organization))
    }
}

/// What somebody sees of things that an organization may keep to itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Viewer {
    /// Sees what is for the whole network only.
    Outsider,
    /// Sees what is for this organization too.
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

    /// Whether they see what this organization keeps to itself.
    pub fn sees(self, organization: Option<Uuid>) -> bool {
        match self {
            Self::Outsider => false,
            Self::Member(own) => organization == Some(own),
            Self::PlatformAdmin => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AUTHOR: Uuid = Uuid::from_bytes([1; 16]);
    const OWN: Uuid = Uuid::from_bytes([2; 16]);
    const OTHER: Uuid = Uuid::from_bytes([9; 16]);

    fn person(user_id: u8, organization_id: Option<Uuid>, role: Role) -> Actor {
        let user_id = Uuid::from_bytes([user_id; 16]);
        Actor { user_id, organization_id, role, platform_admin: false, verified: true }
    }

    #[test]
    fn an_admin_administers_their_own_organization_only() {
        let [admin, member] = [Role::Admin, Role::Member].map(|role| person(3, Some(OWN), role));
        assert!(admin.administers(OWN));
        assert!(!admin.administers(OTHER));
        assert!(!member.administers(OWN));
        assert!(Actor { platform_admin: true, ..member }.administers(OTHER));
    }

    #[test]
    fn authors_and_their_admins_may() {
        for (actor, organization, may) in [
            (person(1, Some(OTHER), Role::Member), Some(OWN), true),
            (person(3, Some(OWN), Role::Admin), Some(OWN), true),
            (person(3, Some(OWN), Role::Member), Some(OWN), false),
            (person(3, Some(OTHER), Role::Admin), Some(OWN), false),
            (person(3, None, Role::Admin), None, false),
            (Actor { platform_admin: true, ..person(3, None, Role::Member) }, None, true),
        ] {
            assert_eq!(actor.author_or_admin(AUTHOR, organization).is_ok(), may, "{actor:?}");
        }
        assert!(person(3, Some(OWN), Role::Admin).author(AUTHOR).is_err());
    }

    #[test]
    fn an_organization_keeps_what_is_its_own() {
        let platform_admin = Actor { platform_admin: true, ..person(3, Some(OTHER), Role::Member) };
        for (actor, own, none) in [
            (person(3, Some(OWN), Role::Member), true, false),
            (person(3, Some(OTHER), Role::Admin), false, false),
            (person(3, None, Role::Admin), false, false),
            (platform_admin, true, true),
        ] {
            let viewer = Viewer::of(&actor);
            assert_eq!((viewer.sees(Some(OWN)), viewer.sees(None)), (own, none), "{actor:?}");
        }
    }
}
