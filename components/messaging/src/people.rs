//! Cards of people from the host's directory, asked for once per answer. Stores nobody's name.

use p2p_sdk::{Ctx, FromRow, Problem, Row, RowError, Rows, Uuid};
use serde::Serialize;

const FORMER: &str = "Former member";

/// The card of somebody who writes or is written to. Of people who left only the id is told.
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
    #[serde(skip)]
    is_active: bool,
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

/// Asks the directory for these people, none twice, and not at all when there are none.
pub async fn ask(ctx: &Ctx, ids: impl Iterator<Item = Uuid>) -> Result<Rows, Problem> {
    let ids: Vec<u8> = ids.flat_map(|id| *id.as_bytes()).collect();
    if ids.is_empty() { Ok(Rows::default()) } else { Ok(ctx.directory().users(ids).await?) }
}

/// Whether the directory knows somebody, and whether they are still here.
pub async fn standing(ctx: &Ctx, id: Uuid) -> Result<Option<bool>, Problem> {
    let rows = ask(ctx, std::iter::once(id)).await?;
    Ok(rows.first::<Author<'_>>()?.map(|author| author.is_active))
}

/// The directory's answer, by id. A page has at most a hundred people: looking through them beats sorting them.
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
