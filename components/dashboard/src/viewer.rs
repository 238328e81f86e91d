//! Who may see a topic or a use case that is open to others. A topic may be its organization's alone; a use case that is
//! published is everybody's.

use p2p_sdk::{Actor, Param, Params, Uuid};

/// Somebody looking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Viewer {
    /// Sees what the whole network sees.
    Outsider,
    /// Sees what an organization keeps to itself too.
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

    /// Narrows a statement to things, called `t`, that they may see.
    pub fn narrow(self, query: &mut Query) {
        match self {
            Self::PlatformAdmin => {}
            Self::Outsider => query.add(" AND t.visible_to IS NULL"),
            Self::Member(organization) => {
                let own = query.take(&organization);
                query.add(&format!(" AND (t.visible_to IS NULL OR t.visible_to = {own})"));
            }
        }
    }
}

/// A statement that is put together with its parameters, so that their numbers agree.
#[derive(Debug, Default)]
pub struct Query {
    /// SQL.
    pub text: String,
    /// What its `$n` stand for.
    pub params: Params,
    count: u32,
}

impl Query {
    /// Begins with this text.
    pub fn new(text: &str) -> Self {
        Self { text: text.to_owned(), ..Self::default() }
    }

    /// Adds text.
    pub fn add(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Adds a parameter; answers what stands for it.
    pub fn take(&mut self, value: &impl Param) -> String {
        self.params.push(value);
        self.count += 1;
        format!("${}", self.count)
    }
}

#[cfg(test)]
mod tests {
    use p2p_sdk::Role;

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
            Viewer::of(&actor).narrow(&mut query);
            assert_eq!(query.text, wanted);
        }
    }
}
