//! Lists of an organization's people, by name. One statement, which reads the organization's part of one index in order
//! and passes over whom the list was not asked for; its text never depends on what was asked.

use p2p_sdk::{Check, Ctx, Cursor, Page, PageRequest, Params, Problem, Rows, Uuid, escape_like, params};
use serde::Deserialize;

use super::ROLES;

/// Names the lists in their cursors.
const LIST: &str = "accounts.people";
const SEARCH_MAX: usize = 200;
const FOUND: &str = "FROM users WHERE organization_id = $1 AND (search_name, id) > ($2, $3) \
    AND (role = $4 OR $4 IS NULL) AND (is_active = $5 OR $5 IS NULL) \
    AND ((' ' || search_name) LIKE $6 ESCAPE '!' OR email LIKE $7 ESCAPE '!') ";
/// Before everybody: no name is less than the empty one.
const BEGINNING: (&str, Uuid) = ("", Uuid::NIL);

/// Narrows a list; what is not given narrows nothing.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema), schema(as = UserFilter))]
pub struct Filter {
    /// How a word of the name or the address begins, in any case.
    search: Option<String>,
    /// admin or member.
    role: Option<String>,
    /// Those who may sign in only, or others only.
    is_active: Option<bool>,
}

/// People of an organization.
#[derive(Debug)]
pub struct People {
    organization: Uuid,
    role: Option<String>,
    is_active: Option<bool>,
    /// Patterns of LIKE.
    name: String,
    email: String,
}

impl People {
    /// As their admins see them.
    pub fn filtered(organization: Uuid, filter: Filter) -> Result<Self, Problem> {
        let Filter { search, role, is_active } = filter;
        check(search.as_deref(), role.as_deref())?;
        let words = search.unwrap_or_default().trim().to_lowercase();
        let (name, email) = (begins(&words, true), begins(&words, false));
        Ok(Self { organization, role, is_active, name, email })
    }

    /// As their colleagues see them: those who are there, and no addresses.
    pub fn colleagues(organization: Uuid, search: Option<&str>) -> Result<Self, Problem> {
        check(search, None)?;
        let name = begins(&search.unwrap_or_default().trim().to_lowercase(), true);
        Ok(Self { organization, role: None, is_active: Some(true), name, email: String::new() })
    }

    /// The place behind somebody.
    pub fn cursor(search_name: &str, id: Uuid) -> Cursor {
        Cursor::new(LIST, params![search_name, id])
    }

    /// These columns of the page that was asked for and one row more.
    pub async fn page(&self, ctx: &Ctx, columns: &str, wanted: &PageRequest) -> Result<Rows, Problem> {
        let after = match &wanted.cursor {
            Some(cursor) => cursor.read::<(&str, Uuid)>(LIST)?,
            None => BEGINNING,
        };
        let mut params = self.params(after);
        params.push(&wanted.fetch());
        params.push(&wanted.offset);
        let text = format!("SELECT {columns} {FOUND}ORDER BY search_name, id LIMIT $8 OFFSET $9");
        Ok(ctx.sql().query(&text, &params).await?)
    }

    /// The page with how many there are in all, when that was asked for.
    pub async fn counted<T>(
        &self,
        ctx: &Ctx,
        wanted: &PageRequest,
        page: Page<T>,
    ) -> Result<Page<T>, Problem> {
        if !wanted.count {
            return Ok(page);
        }
        let mut params = self.params(BEGINNING);
        params.push(&PageRequest::count_limit());
        let text = format!("SELECT count(*) FROM (SELECT id {FOUND}LIMIT $8) AS counted");
        let rows = ctx.sql().query(&text, &params).await?;
        Ok(page.with_total(rows.value()?.unwrap_or(0)))
    }

    fn params(&self, (name, id): (&str, Uuid)) -> Params {
        params![self.organization, name, id, self.role, self.is_active, self.name, self.email]
    }
}

fn check(search: Option<&str>, role: Option<&str>) -> Result<(), Problem> {
    Check::new()
        .given(&search, |check, words| check.text("search", words, 0..=SEARCH_MAX))
        .given(&role, |check, role| check.one_of("role", role, ROLES))
        .finish()
}

/// A pattern for what begins so, or a word of which does. Nothing is the beginning of everything.
fn begins(words: &str, of_a_word: bool) -> String {
    let before = if of_a_word && !words.is_empty() { "% " } else { "" };
    format!("{before}{}%", escape_like(words))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::with_layla;

    #[test]
    fn a_list_is_one_range_of_one_index() {
        let (host, layla) = with_layla();
        let people = People::filtered(layla.organization_id.unwrap(), Filter::default()).unwrap();
        let mut params = people.params(("layla", layla.user_id));
        params.push(&21_i64);
        params.push(&0_i64);
        let text = format!("SELECT * {FOUND}ORDER BY search_name, id LIMIT $8 OFFSET $9");
        let steps = host.plan(&text, &params);
        let wanted = "SEARCH users USING INDEX users_by_name (organization_id=? AND (search_name,id)>(?,?))";
        assert_eq!(steps, [wanted]);
    }

    #[test]
    fn wildcards_stand_for_themselves() {
        assert_eq!(begins("100%_!", true), "% 100!%!_!!%");
        assert_eq!([begins("", true), begins("", false)], ["%", "%"]);
    }
}
