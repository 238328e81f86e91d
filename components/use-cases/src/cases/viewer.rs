//! Who may see a use case: everybody once it is published, else its author and their admins. The forms of the rule stand
//! here, for one use case and for lists, and must say the same.

use p2p_sdk::{Actor, Ctx, Query, Uuid};

use super::card::Status;

/// Somebody looking at use cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Viewer {
    /// Nobody is signed in.
    Anyone,
    /// Sees their own, too.
    Person(Uuid),
    /// Sees those of their organization, too.
    Admin(Uuid, Uuid),
    /// Sees all.
    PlatformAdmin(Uuid),
}

impl Viewer {
    /// The caller.
    pub fn of(ctx: &Ctx) -> Self {
        ctx.call().actor.as_ref().map_or(Self::Anyone, Self::by)
    }

    fn by(actor: &Actor) -> Self {
        match actor.organization_id {
            _ if actor.platform_admin => Self::PlatformAdmin(actor.user_id),
            Some(organization) if actor.administers(organization) => Self::Admin(actor.user_id, organization),
            _ => Self::Person(actor.user_id),
        }
    }

    /// Their id; zeros for nobody.
    pub fn user(self) -> Uuid {
        match self {
            Self::Anyone => Uuid::NIL,
            Self::Person(user) | Self::Admin(user, _) | Self::PlatformAdmin(user) => user,
        }
    }

    /// Whether they may see a use case.
    pub fn sees(self, status: Status, author: Uuid, organization: Option<Uuid>) -> bool {
        if status == Status::Published {
            return true;
        }
        match self {
            Self::Anyone => false,
            Self::Person(user) => user == author,
            Self::Admin(user, own) => user == author || organization == Some(own),
            Self::PlatformAdmin(_) => true,
        }
    }

    /// What they see of those that are not published, as a condition on rows; none when that is all.
    pub fn own(self, query: &mut Query) -> Option<String> {
        match self {
            Self::Anyone => Some("1 = 0".to_owned()),
            Self::Person(user) => Some(format!("submitted_by = ${}", query.bind(&user))),
            Self::Admin(user, organization) => {
                let (user, organization) = (query.bind(&user), query.bind(&organization));
                Some(format!("(submitted_by = ${user} OR organization_id = ${organization})"))
            }
            Self::PlatformAdmin(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use p2p_sdk::Role;

    use super::*;

    const AUTHOR: Uuid = Uuid::from_bytes([1; 16]);
    const OWN: Uuid = Uuid::from_bytes([2; 16]);

    fn person(user: u8, organization: u8, role: Role, platform_admin: bool) -> Viewer {
        let organization_id = Some(Uuid::from_bytes([organization; 16]));
        let user_id = Uuid::from_bytes([user; 16]);
        Viewer::by(&Actor { user_id, organization_id, role, platform_admin, verified: true })
    }

    #[test]
    fn drafts_and_archived_ones_are_seen_by_their_author_and_those_above() {
        for (viewer, sees) in [
            (Viewer::Anyone, false),
            (person(1, 2, Role::Member, false), true),
            (person(1, 9, Role::Member, false), true),
            (person(3, 2, Role::Member, false), false),
            (person(3, 2, Role::Admin, false), true),
            (person(3, 9, Role::Admin, false), false),
            (person(3, 9, Role::Member, true), true),
        ] {
            for status in [Status::Draft, Status::Archived] {
                assert_eq!(viewer.sees(status, AUTHOR, Some(OWN)), sees, "{viewer:?}");
            }
            assert!(viewer.sees(Status::Published, AUTHOR, Some(OWN)));
        }
        assert!(!Viewer::Admin(OWN, OWN).sees(Status::Draft, AUTHOR, None));
    }
}
