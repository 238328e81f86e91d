//! Who wrote it: cards of people from the host's directory, asked for once per answer. Stores nobody's name.

use p2p_sdk::{Ctx, FromRow, Problem, Row, RowError, Rows, Uuid};
use serde::Serialize;

const FORMER: &str = "Former member";

/// The card of somebody who wrote something. Of people who left only the id is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Author<'a> {
    pub id: Uuid,
    /// `Former member` for people who left.
    pub name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub avatar: Option<&'a str>,
    pub is_verified: bool,
    #[cfg_attr(feature = "describe", schema(required))]
    pub organization: Option<Organization<'a>>,
}

/// Where they belong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema), schema(as = AuthorOrganization))]
pub struct Organization<'a> {
    pub id: Uuid,
    pub name: &'a str,
}

impl Author<'_> {
    /// Somebody of whom nothing is known any more.
    pub const fn former(id: Uuid) -> Self {
        Self { id, name: FORMER, title: None, avatar: None, is_verified: false, organization: None }
    }
}

/// Asks the directory for these people, once, and not at all when there are none.
pub async fn ask(ctx: &Ctx, ids: impl Iterator<Item = Uuid>) -> Result<Rows, Problem> {
    let mut asked: Vec<Uuid> = Vec::new();
    for id in ids {
        if !asked.contains(&id) {
            asked.push(id);
        }
    }
    if asked.is_empty() {
        return Ok(Rows::default());
    }
    let ids = asked.iter().flat_map(|id| *id.as_bytes()).collect();
    Ok(ctx.directory().users(ids).await?)
}

/// The directory's answer. A page has at most a hundred authors: looking through them beats sorting them.
#[derive(Debug, Default)]
pub struct Authors<'a>(Vec<Known<'a>>);

/// Somebody the directory knows. An organization stays what it is when the person leaves.
#[derive(Debug)]
struct Known<'a> {
    author: Author<'a>,
    organization: Option<Organization<'a>>,
}

impl<'a> Authors<'a> {
    /// Reads the answer of `ask`.
    pub fn read(rows: &'a Rows) -> Result<Self, Problem> {
        Ok(Self(rows.all()?))
    }

    /// The card of this person.
    pub fn get(&self, id: Uuid) -> Author<'a> {
        let found = self.0.iter().find(|known| known.author.id == id);
        found.map_or(Author::former(id), |known| known.author)
    }

    /// The organization of this id, if anybody here belongs to it.
    pub fn organization(&self, id: Option<Uuid>) -> Option<Organization<'a>> {
        self.0.iter().filter_map(|known| known.organization).find(|organization| Some(organization.id) == id)
    }
}

impl<'a> FromRow<'a> for Known<'a> {
    /// Columns as in `wit/platform/content.wit`.
    fn from_row(row: &mut Row<'a>) -> Result<Self, RowError> {
        let id = row.get()?;
        let (name, title, avatar) = (row.get()?, row.get()?, row.get()?);
        let (is_verified, is_active, _role) = (row.get()?, row.get::<bool>()?, row.get::<&str>()?);
        let organization = match (row.get::<Option<Uuid>>()?, row.get::<Option<&str>>()?) {
            (Some(id), Some(name)) => Some(Organization { id, name }),
            _ => None,
        };
        let author = if is_active {
            Author { id, name, title, avatar, is_verified, organization }
        } else {
            Author::former(id)
        };
        Ok(Self { author, organization })
    }
}

#[cfg(test)]
mod tests {
    use p2p_sdk::RowsBuilder;

    use super::*;

    const ACTIVE: Uuid = Uuid::from_bytes([2; 16]);
    const LEFT: Uuid = Uuid::from_bytes([1; 16]);

    fn directory() -> Rows {
        let mut rows = RowsBuilder::new(9);
        for (id, active) in [(ACTIVE, true), (LEFT, false)] {
            rows.push(&id);
            rows.push("Huda Salem");
            rows.push("Engineer");
            rows.push(&None::<&str>);
            rows.push(&true);
            rows.push(&active);
            rows.push("member");
            rows.push(&id);
            rows.push("Acme");
        }
        rows.finish().unwrap()
    }

    #[test]
    fn people_who_left_are_former_members_of_an_organization_that_is_still_known() {
        let rows = directory();
        let authors = Authors::read(&rows).unwrap();
        assert_eq!(authors.get(ACTIVE).name, "Huda Salem");
        for id in [LEFT, Uuid::from_bytes([9; 16])] {
            assert_eq!(authors.get(id), Author::former(id));
        }
        assert_eq!(authors.organization(Some(LEFT)), Some(Organization { id: LEFT, name: "Acme" }));
        assert_eq!((authors.organization(Some(Uuid::NIL)), authors.organization(None)), (None, None));
    }
}
