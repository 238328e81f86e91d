//! Who wrote it, and who is found: cards of people from the host's directory, asked for once per answer. Whoever left is
//! a former member.

use p2p_sdk::{Ctx, FromRow, Problem, Row, RowError, Rows, Uuid};
use serde::Serialize;

const FORMER: &str = "Former member";

/// The card of somebody. Of people who left only the id is told.
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
    /// Whether they may sign in.
    #[serde(skip)]
    pub is_active: bool,
}

/// Where they belong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema), schema(as = AuthorOrganization))]
pub struct Organization<'a> {
    pub id: Uuid,
    pub name: &'a str,
}

impl Author<'_> {
    const fn former(id: Uuid) -> Self {
        Self {
            id,
            name: FORMER,
            title: None,
            avatar: None,
            is_verified: false,
            organization: None,
            is_active: false,
        }
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

/// The directory's answer, by id.
#[derive(Debug)]
pub struct Authors<'a>(Vec<Author<'a>>);

impl<'a> Authors<'a> {
    /// Reads the answer of `ask`.
    pub fn read(rows: &'a Rows) -> Result<Self, Problem> {
        Ok(Self(rows.all()?))
    }

    /// The card of this person.
    pub fn get(&self, id: Uuid) -> Author<'a> {
        self.0.iter().find(|author| author.id == id).copied().unwrap_or(Author::former(id))
    }
}

impl<'a> FromRow<'a> for Author<'a> {
    /// Columns as in `wit/platform/content.wit`.
    fn from_row(row: &mut Row<'a>) -> Result<Self, RowError> {
        let id = row.get()?;
        let (name, title, avatar) = (row.get()?, row.get()?, row.get()?);
        let (is_verified, is_active, _role) = (row.get()?, row.get::<bool>()?, row.get::<&str>()?);
        let organization = (row.get::<Option<Uuid>>()?, row.get::<Option<&str>>()?);
        if !is_active {
            return Ok(Self::former(id));
        }
        let organization = match organization {
            (Some(id), Some(name)) => Some(Organization { id, name }),
            _ => None,
        };
        Ok(Self { id, name, title, avatar, is_verified, organization, is_active })
    }
}
