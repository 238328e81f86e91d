//! Who did it: cards of people from the host's directory, asked for once per answer. Stores nobody's name.

use p2p_sdk::{Ctx, FromRow, Problem, Row, RowError, Uuid};
use serde::Serialize;

const FORMER: &str = "Former member";

/// The card of somebody who did something. Of people who left only the id is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Author {
    pub id: Uuid,
    /// `Former member` for people who left.
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub avatar: Option<String>,
    pub is_verified: bool,
    #[cfg_attr(feature = "describe", schema(required))]
    pub organization: Option<Organization>,
}

/// Where they belong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema), schema(as = AuthorOrganization))]
pub struct Organization {
    pub id: Uuid,
    pub name: String,
}

/// The directory's answer. A page has at most a hundred people: looking through them beats sorting them.
#[derive(Debug, Default)]
pub struct Authors(Vec<Author>);

impl Authors {
    /// Asks the directory for these people, once, and not at all when there are none.
    pub async fn ask(ctx: &Ctx, ids: impl Iterator<Item = Uuid>) -> Result<Self, Problem> {
        let mut asked: Vec<Uuid> = Vec::new();
        for id in ids {
            if !asked.contains(&id) {
                asked.push(id);
            }
        }
        if asked.is_empty() {
            return Ok(Self::default());
        }
        let ids = asked.iter().flat_map(|id| *id.as_bytes()).collect();
        Ok(Self(ctx.directory().users(ids).await?.all()?))
    }

    /// The card of this person.
    pub fn get(&self, id: Uuid) -> Author {
        self.0.iter().find(|author| author.id == id).cloned().unwrap_or_else(|| Author::former(id))
    }
}

impl Author {
    fn former(id: Uuid) -> Self {
        let name = FORMER.to_owned();
        Self { id, name, title: None, avatar: None, is_verified: false, organization: None }
    }
}

impl<'a> FromRow<'a> for Author {
    /// Columns as in `wit/platform/content.wit`.
    fn from_row(row: &mut Row<'a>) -> Result<Self, RowError> {
        let id = row.get()?;
        let (name, title, avatar) = (row.get()?, row.get()?, row.get()?);
        let (is_verified, is_active, _role) = (row.get()?, row.get::<bool>()?, row.get::<&str>()?);
        let organization = (row.get::<Option<Uuid>>()?, row.get::<Option<String>>()?);
        if !is_active {
            return Ok(Self::former(id));
        }
        let organization = match organization {
            (Some(id), Some(name)) => Some(Organization { id, name }),
            _ => None,
        };
        Ok(Self { id, name, title, avatar, is_verified, organization })
    }
}
