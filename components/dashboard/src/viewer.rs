//! Who may see a topic or a use case that is open to others. A topic may be its organization's alone; a use case that is
//! published is everybody's.

use p2p_sdk::{Query, Viewer};

/// Narrows a statement to things, called `t`, that they may see.
pub fn narrow(query: &mut Query, viewer: Viewer) {
    match viewer {
        Viewer::PlatformAdmin => {}
        Viewer::Outsider => query.add(" AND t.visible_to IS NULL"),
        Viewer::Member(organization) => {
            let own = query.bind(&organization);
            query.add(&format!(" AND (t.visible_to IS NULL OR t.visible_to = ${own})"));
        }
    }
}

#[cfg(test)]
mod tests {
    use p2p_sdk::{Actor, Role, Uuid};

    use super::*;

    #[test]
    fn each_is_narrowed_to_what_they_see() {
        let person = |organization_id, platform_admin| Actor {
            user_id: Uuid::NIL,
            organization_id,
            role: Role::Member,
            platform_admin,
            verified: true,
        };
        for (actor, wanted) in [
            (person(None, false), " AND t.visible_to IS NULL"),
            (person(Some(Uuid::NIL), false), " AND (t.visible_to IS NULL OR t.visible_to = $1)"),
            (person(Some(Uuid::NIL), true), ""),
        ] {
            let mut query = Query::new("");
            narrow(&mut query, Viewer::of(&actor));
            assert_eq!(query.text, wanted);
        }
    }
}
