//! Who may change a use case. Whether they may see it at all is settled before: what is not seen is 404.

use p2p_sdk::{Actor, Problem, Uuid};

/// Its author, an admin of the author's organization, or a platform admin; 403 for others.
pub fn author_or_admin(actor: &Actor, author: Uuid, organization: Option<Uuid>) -> Result<(), Problem> {
    let administers =
        actor.platform_admin || organization.is_some_and(|organization| actor.administers(organization));
    if actor.user_id == author || administers { Ok(()) } else { Err(Problem::forbidden()) }
}

#[cfg(test)]
mod tests {
    use p2p_sdk::Role;

    use super::*;

    const AUTHOR: Uuid = Uuid::from_bytes([1; 16]);
    const OWN: Uuid = Uuid::from_bytes([2; 16]);

    fn person(user_id: u8, organization: Option<Uuid>, role: Role) -> Actor {
        let user_id = Uuid::from_bytes([user_id; 16]);
        Actor { user_id, organization_id: organization, role, platform_admin: false, verified: true }
    }

    #[test]
    fn authors_and_their_admins_may() {
        let other = Some(Uuid::from_bytes([9; 16]));
        for (actor, organization, may) in [
            (person(1, other, Role::Member), Some(OWN), true),
            (person(3, Some(OWN), Role::Admin), Some(OWN), true),
            (person(3, Some(OWN), Role::Member), Some(OWN), false),
            (person(3, other, Role::Admin), Some(OWN), false),
            (person(3, None, Role::Admin), None, false),
            (Actor { platform_admin: true, ..person(3, None, Role::Member) }, None, true),
        ] {
            assert_eq!(author_or_admin(&actor, AUTHOR, organization).is_ok(), may, "{actor:?}");
        }
    }
}
