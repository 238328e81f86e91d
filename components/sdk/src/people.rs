//! Cards of people from the host's directory, asked for once per answer. Stores nobody's name: who leaves is a former member
//! everywhere at once.

use std::pin::Pin;

use serde::Serialize;

use crate::{Ctx, FromRow, Language, Problem, Row, RowError, Rows, Uuid};

const FORMER: &str = "Former member";
const FORMER_AR: &str = "عضو سابق";

/// The card of somebody. Of people who left only the id is told.
// What these fields are stands here for those who write features; the documents of an API show the names alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema), schema(as = Author), expect(missing_docs, reason = "see above"))]
#[serde(rename_all = "camelCase")]
pub struct Person<'a> {
    #[cfg_attr(not(feature = "describe"), doc = "The user's id.")]
    pub id: Uuid,
    /// `Former member` for people who left.
    pub name: &'a str,
    #[cfg_attr(not(feature = "describe"), doc = "What they do.")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<&'a str>,
    #[cfg_attr(not(feature = "describe"), doc = "Where their picture is found.")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub avatar: Option<&'a str>,
    #[cfg_attr(not(feature = "describe"), doc = "Whether their address is verified.")]
    pub is_verified: bool,
    #[cfg_attr(not(feature = "describe"), doc = "Where they belong.")]
    #[cfg_attr(feature = "describe", schema(required))]
    pub organization: Option<PersonOrganization<'a>>,
    /// Whether they may sign in. Not shown.
    #[serde(skip)]
    pub is_active: bool,
}

/// Where they belong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema), schema(as = AuthorOrganization), expect(missing_docs, reason = "see above"))]
pub struct PersonOrganization<'a> {
    #[cfg_attr(not(feature = "describe"), doc = "The organization's id.")]
    pub id: Uuid,
    #[cfg_attr(not(feature = "describe"), doc = "Its name.")]
    pub name: &'a str,
}

impl<'a> Person<'a> {
    /// Somebody of whom nothing is known any more, or not yet.
    pub const fn former(id: Uuid) -> Self {
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

    /// The name as it stands in a sentence of this language.
    pub fn named(&self, language: Language) -> &'a str {
        match language {
            Language::Ar if !self.is_active => FORMER_AR,
            _ => self.name,
        }
    }
}

/// The directory's answer on its way.
type Asking<'c> = Pin<Box<dyn Future<Output = Result<Rows, Problem>> + 'c>>;

/// The directory's answer, by id. A page has at most a hundred people: looking through them beats sorting them.
#[derive(Debug, Default)]
pub struct People<'a>(Vec<Known<'a>>);

/// Somebody the directory knows. An organization stays what it is when the person leaves.
#[derive(Debug)]
struct Known<'a> {
    person: Person<'a>,
    organization: Option<PersonOrganization<'a>>,
}

impl<'a> People<'a> {
    /// Asks the directory for these people, none twice, and not at all when there are none. `read` shows the answer.
    pub fn ask<'c>(ctx: &'c Ctx, ids: impl Iterator<Item = Uuid>) -> Asking<'c> {
        let mut asked: Vec<Uuid> = Vec::new();
        for id in ids {
            if !asked.contains(&id) {
                asked.push(id);
            }
        }
        // One future for whatever names the people: each of its own would make the component larger.
        Box::pin(ask(ctx, asked))
    }

    /// Reads the answer of `ask`, or of `ctx.directory().search(…)`.
    pub fn read(rows: &'a Rows) -> Result<Self, Problem> {
        Ok(Self(rows.all()?))
    }

    /// Every card, in the directory's order.
    pub fn iter(&self) -> impl Iterator<Item = &Person<'a>> {
        self.0.iter().map(|known| &known.person)
    }

    /// The card of this person; a former member's when the directory does not know them.
    pub fn get(&self, id: Uuid) -> Person<'a> {
        self.find(id).unwrap_or(Person::former(id))
    }

    /// The card of this person, if the directory knows them.
    pub fn find(&self, id: Uuid) -> Option<Person<'a>> {
        self.iter().find(|person| person.id == id).copied()
    }

    /// The card of this person, if they may sign in.
    pub fn active(&self, id: Uuid) -> Option<Person<'a>> {
        self.find(id).filter(|person| person.is_active)
    }

    /// The organization of this id, if anybody here belongs to it or did when they left.
    pub fn organization(&self, id: Uuid) -> Option<PersonOrganization<'a>> {
        self.0.iter().filter_map(|known| known.organization).find(|organization| organization.id == id)
    }
}

async fn ask(ctx: &Ctx, ids: Vec<Uuid>) -> Result<Rows, Problem> {
    if ids.is_empty() {
        return Ok(Rows::default());
    }
    let ids = ids.iter().flat_map(|id| *id.as_bytes()).collect();
    Ok(ctx.directory().users(ids).await?)
}

impl<'a> FromRow<'a> for Known<'a> {
    /// Columns as in `wit/platform/content.wit`.
    fn from_row(row: &mut Row<'a>) -> Result<Self, RowError> {
        let id = row.get()?;
        let (name, title, avatar) = (row.get()?, row.get()?, row.get()?);
        let (is_verified, is_active, _role) = (row.get()?, row.get::<bool>()?, row.get::<&str>()?);
        let organization = match (row.get::<Option<Uuid>>()?, row.get::<Option<&str>>()?) {
            (Some(id), Some(name)) => Some(PersonOrganization { id, name }),
            _ => None,
        };
        let person = if is_active {
            Person { id, name, title, avatar, is_verified, organization, is_active }
        } else {
            Person::former(id)
        };
        Ok(Self { person, organization })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RowsBuilder;

    const ACTIVE: Uuid = Uuid::from_bytes([2; 16]);
    const LEFT: Uuid = Uuid::from_bytes([1; 16]);
    const STRANGER: Uuid = Uuid::from_bytes([9; 16]);

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
    fn cards_are_found_by_id() {
        let rows = directory();
        let person = People::read(&rows).unwrap().get(ACTIVE);
        let organization = PersonOrganization { id: ACTIVE, name: "Acme" };
        assert_eq!(
            (person.name, person.title, person.organization),
            ("Huda Salem", Some("Engineer"), Some(organization))
        );
        assert_eq!(person.named(Language::Ar), "Huda Salem");
    }

    #[test]
    fn people_who_left_are_former_members_of_an_organization_that_is_still_known() {
        let rows = directory();
        let people = People::read(&rows).unwrap();
        for id in [LEFT, STRANGER] {
            assert_eq!(people.get(id), Person::former(id));
            assert_eq!(people.active(id), None);
        }
        assert_eq!((people.find(LEFT), people.find(STRANGER)), (Some(Person::former(LEFT)), None));
        assert_eq!(people.organization(LEFT), Some(PersonOrganization { id: LEFT, name: "Acme" }));
        assert_eq!(people.organization(Uuid::NIL), None);
        assert_eq!(people.get(LEFT).named(Language::Ar), FORMER_AR);
    }

    #[test]
    fn what_is_absent_is_left_out() {
        let json = serde_json::to_value(Person::former(LEFT)).unwrap();
        let wanted =
            serde_json::json!({ "id": LEFT, "name": FORMER, "isVerified": false, "organization": null });
        assert_eq!(json, wanted);
    }
}
