//! Which activities a list shows, as one statement. Who sees one is decided when it is read: what was hidden or deleted
//! since is not shown, and neither is what an organization keeps to itself now.

use p2p_sdk::{PageRequest, Query, Timestamp, Uuid, Viewer};

use super::Action;
use crate::viewer;

/// What a row of the statement has; see `shown.rs`.
const COLUMNS: &str = "a.id, a.user_id, a.action, a.entity_id, a.created_at, t.title, t.slug";

/// Whose activities.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Feed {
    /// A person's own, all of them.
    Person(Uuid),
    /// Those that people of an organization share with it.
    Organization(Uuid),
    /// Those that everybody may see.
    Network,
    /// All of an organization, for its admins.
    Log { organization: Uuid, user: Option<Uuid>, action: Option<Action> },
}

impl Feed {
    /// Names the list in its cursors.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Person(_) => "dashboard.activity.me",
            Self::Organization(_) => "dashboard.activity.organization",
            Self::Network => "dashboard.activity.network",
            Self::Log { .. } => "dashboard.activity.log",
        }
    }

    /// The statement of a page that begins behind a place.
    pub fn page(self, viewer: Viewer, place: Option<(Timestamp, Uuid)>, limit: i64, offset: u32) -> Query {
        let mut query = Query::new("SELECT ");
        query.add(COLUMNS);
        self.narrow(&mut query, viewer);
        let (at, id) = place.unwrap_or(PageRequest::LATEST);
        let (at, id) = (query.bind(&at), query.bind(&id));
        let (limit, offset) = (query.bind(&limit), query.bind(&offset));
        query.add(&format!(
            " AND (a.created_at, a.id) < (${at}, ${id}) \
            ORDER BY a.created_at DESC, a.id DESC LIMIT ${limit} OFFSET ${offset}"
        ));
        query
    }

    /// The statement that counts them.
    pub fn count(self, viewer: Viewer) -> Query {
        let mut query = Query::new("SELECT a.id");
        self.narrow(&mut query, viewer);
        query.counted()
    }

    fn narrow(self, query: &mut Query, viewer: Viewer) {
        query.add(" FROM activities a LEFT JOIN things t ON t.id = a.root_id WHERE ");
        match self {
            Self::Person(user) => equal(query, "a.user_id", &user),
            Self::Organization(organization) => {
                equal(query, "a.organization_id", &organization);
                query.add(" AND a.audience <> 'private'");
            }
            Self::Network => query.add("a.audience = 'network'"),
            Self::Log { organization, user, action } => {
                equal(query, "a.organization_id", &organization);
                if let Some(user) = user {
                    query.add(" AND ");
                    equal(query, "a.user_id", &user);
                }
                if let Some(action) = action {
                    query.add(" AND ");
                    equal(query, "a.action", action.as_str());
                }
            }
        }
        // Drafts are their author's and the admins' only.
        let is_close = matches!(self, Self::Person(_) | Self::Log { .. });
        let there = if is_close { "t.status IN ('open', 'hidden')" } else { "t.status = 'open'" };
        query.add(&format!(" AND (a.root_id IS NULL OR ({there}"));
        viewer::narrow(query, viewer);
        query.add("))");
    }
}

fn equal(query: &mut Query, column: &str, value: &(impl p2p_sdk::Param + ?Sized)) {
    let value = query.bind(&value);
    query.add(&format!("{column} = ${value}"));
}

#[cfg(test)]
mod tests {
    use p2p_sdk::test_host::TestHost;

    use super::*;

    fn plan(host: &TestHost, feed: Feed) -> Vec<String> {
        let query = feed.page(Viewer::Member(Uuid::NIL), Some((Timestamp(1), Uuid::NIL)), 21, 0);
        host.plan(&query.text, &query.params)
    }

    #[test]
    fn every_list_is_read_through_its_index_and_in_its_order() {
        let host = TestHost::new(crate::feature());
        let (organization, user, action) = (Uuid::NIL, Some(Uuid::NIL), Some(Action::Login));
        for (feed, index) in [
            (Feed::Person(Uuid::NIL), "activities_user (user_id=?"),
            (Feed::Organization(Uuid::NIL), "activities_shared (organization_id=?"),
            (Feed::Network, "activities_network ("),
            (
                Feed::Log { organization, user: None, action: None },
                "activities_organization (organization_id=?",
            ),
            (
                Feed::Log { organization, user, action: None },
                "activities_organization_user (organization_id=?",
            ),
            (
                Feed::Log { organization, user: None, action },
                "activities_organization_action (organization_id",
            ),
        ] {
            let steps = plan(&host, feed);
            assert!(steps[0].contains(index), "{feed:?}: {steps:?}");
            assert!(!steps.iter().any(|step| step.contains("TEMP B-TREE")), "{feed:?}: {steps:?}");
        }
    }
}
