//! The people of one's own organization as colleagues see them: active ones, without what only their admins need.

use p2p_sdk::{Ctx, Page, PageRequest, Problem, Request, Response, Uuid, from_row};
use serde::{Deserialize, Serialize};

use super::own;
use crate::pictures::Picture;
use crate::users::People;

const COLUMNS: &str = "id, first_name, last_name, role, title, avatar, is_verified, search_name";

/// Narrows the list.
#[derive(Default, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema), schema(as = MemberFilter))]
pub struct Filter {
    /// How a word of the name begins, in any case.
    search: Option<String>,
}

/// Somebody of one's own organization.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
pub struct Member {
    id: Uuid,
    first_name: String,
    last_name: String,
    /// admin or member.
    role: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    avatar: Option<Picture>,
    is_verified: bool,
    #[serde(skip)]
    search_name: String,
}

from_row!(Member { id, first_name, last_name, role, title, avatar, is_verified, search_name });

/// GET /organizations/members
pub async fn members(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    let wanted = PageRequest::of(&request)?;
    let Filter { search } = request.query()?;
    let people = People::colleagues(own(ctx.actor()?)?, search.as_deref())?;
    let rows = people.page(ctx, COLUMNS, &wanted).await?;
    let place = |last: &Member| People::cursor(&last.search_name, last.id);
    let page = Page::new(&wanted, rows.all::<Member>()?, place);
    Ok(Response::ok(&people.counted(ctx, &wanted, page).await?))
}

#[cfg(test)]
mod tests {
    use p2p_sdk::{Actor, Role};
    use serde_json::{Value, json};

    use crate::fixture::{execute, with_layla};
    use crate::users::colleagues::hire;

    #[test]
    fn active_colleagues_by_name_and_nothing_more_than_that() {
        let (host, layla) = with_layla();
        hire(&host, &layla, "omar@nakheel.sa", "Omar Aziz", Role::Member);
        hire(&host, &layla, "gone@nakheel.sa", "Gone Away", Role::Member);
        execute(&host, "UPDATE users SET is_active = 0, title = 'x' WHERE email = 'gone@nakheel.sa'");
        let elsewhere = Actor { organization_id: Some(host.new_id()), ..layla.clone() };
        hire(&host, &elsewhere, "else@other.sa", "Else Where", Role::Admin);
        let page = host.get("/organizations/members?count=true").by(&layla).send().json();
        let omar = page["items"][1].clone();
        assert_eq!(
            omar,
            json!({ "id": omar["id"], "firstName": "Omar", "lastName": "Aziz", "role": "member", "isVerified": false })
        );
        assert_eq!((&page["items"][0]["firstName"], &page["total"]), (&json!("Layla"), &json!(2)));
    }

    #[test]
    fn they_are_found_by_name_and_not_by_address() {
        let (host, layla) = with_layla();
        let omar = hire(&host, &layla, "zaki@nakheel.sa", "Omar Aziz", Role::Member);
        let found = |search: &str| {
            let page = host.get(&format!("/organizations/members?search={search}")).by(&omar).send().json();
            let names = page["items"].as_array().unwrap().iter().map(|item| item["firstName"].clone());
            names.collect::<Vec<Value>>()
        };
        assert_eq!([found("AZI"), found("om")], [vec![json!("Omar")], vec![json!("Omar")]]);
        assert_eq!([found("zaki"), found("mar"), found("%25")], [const { Vec::<Value>::new() }; 3]);
        assert_eq!(host.get("/organizations/members").send().status, 401);
    }
}
