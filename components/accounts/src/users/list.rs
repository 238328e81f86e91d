//! The people of an organization, for its admins.

use p2p_sdk::{Ctx, Page, PageRequest, Problem, Request, Response};
use serde::Serialize;

use super::people::{Filter, People};
use super::row::{COLUMNS, UserRow};
use super::user::{User, render_bios};
use crate::{invitations, organizations};

/// A page of people; by this name the schema's derive refers to it instead of drawing it again.
type Users = Page<User>;

/// A part of the list.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
pub struct UserPage {
    #[serde(flatten)]
    page: Users,
    /// Invitations that can still be accepted, whatever the list was narrowed to.
    pending_invitations: i64,
}

/// GET /users
pub async fn list(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    let wanted = PageRequest::of(&request)?;
    let organization = organizations::own(ctx.actor()?)?;
    let people = People::filtered(organization, request.query::<Filter>()?)?;
    let rows = people.page(ctx, COLUMNS, &wanted).await?;
    let place = |last: &UserRow| People::cursor(&last.search_name(), last.id);
    let page = Page::new(&wanted, rows.all::<UserRow>()?, place);
    let page = people.counted(ctx, &wanted, page).await?;
    let mut bios = render_bios(ctx, &page.items).await.into_iter();
    let page = page.map(|row| User::new(row, bios.next().flatten()));
    let pending_invitations = invitations::pending(ctx, organization).await?;
    Ok(Response::ok(&UserPage { page, pending_invitations }))
}

#[cfg(test)]
mod tests {
    use p2p_sdk::test_host::TestHost;
    use p2p_sdk::{Actor, Role};
    use serde_json::{Value, json};

    use crate::fixture::{execute, with_layla};
    use crate::users::colleagues::hire;

    /// Layla and four others of hers, and one of somebody else's.
    fn six() -> (TestHost, Actor) {
        let (host, layla) = with_layla();
        for (email, name, role) in [
            ("omar@nakheel.sa", "Omar Aziz", Role::Admin),
            ("z.omar@nakheel.sa", "ليلى الحربي", Role::Member),
            ("bo_b@nakheel.sa", "Bob 100%", Role::Member),
            ("carla@nakheel.sa", "Carla Omari", Role::Member),
        ] {
            hire(&host, &layla, email, name, role);
        }
        let elsewhere = Actor { organization_id: Some(host.new_id()), ..layla.clone() };
        hire(&host, &elsewhere, "omar@other.sa", "Omar Other", Role::Member);
        execute(&host, "UPDATE users SET is_active = 0, bio = '**b**' WHERE email = 'carla@nakheel.sa'");
        (host, layla)
    }

    fn page(host: &TestHost, by: &Actor, query: &str) -> Value {
        let answered = host.get(&format!("/users?{query}")).by(by).send();
        assert_eq!(answered.status, 200, "{query} {}", answered.json());
        answered.json()
    }

    fn names(page: &Value) -> Vec<&str> {
        page["items"].as_array().unwrap().iter().map(|user| user["firstName"].as_str().unwrap()).collect()
    }

    #[test]
    fn everybody_of_the_organization_by_name() {
        let (host, layla) = six();
        let page = page(&host, &layla, "count=true");
        assert_eq!(names(&page), ["Bob", "Carla", "Layla", "Omar", "ليلى"]);
        assert_eq!((&page["total"], &page["totalIsCapped"]), (&json!(5), &json!(false)));
        assert_eq!((&page["hasNext"], &page["pendingInvitations"]), (&json!(false), &json!(0)));
        let carla = &page["items"][1];
        assert_eq!((&carla["isActive"], &carla["email"]), (&json!(false), &json!("carla@nakheel.sa")));
        assert_eq!((&carla["bio"], &carla["bioHtml"]), (&json!("**b**"), &json!("<p>**b**</p>")));
        assert_eq!(page["items"][0].get("bioHtml"), None);
    }

    #[test]
    fn filters_narrow_and_join() {
        let (host, layla) = six();
        for (query, wanted) in [
            ("search=OMAR", &["Carla", "Omar"][..]),
            ("search=omar@", &["Omar"]),
            ("search=z.om", &["ليلى"]),
            ("search=%D8%A7%D9%84%D8%AD%D8%B1", &["ليلى"]),
            ("search=bo_", &["Bob"]),
            ("search=b_b", &[]),
            ("search=100%25", &["Bob"]),
            ("search=layla+al", &["Layla"]),
            ("role=admin", &["Layla", "Omar"]),
            ("isActive=false", &["Carla"]),
            ("isActive=true&role=member&search=", &["Bob", "ليلى"]),
        ] {
            assert_eq!(names(&page(&host, &layla, query)), wanted, "{query}");
        }
        assert_eq!(page(&host, &layla, "count=true&role=member")["total"], 3);
    }

    #[test]
    fn pages_have_no_gaps_and_no_repeats() {
        let (host, layla) = six();
        let (mut walked, mut cursor) = (Vec::new(), String::new());
        while walked.len() < 9 {
            let page = page(&host, &layla, &format!("limit=2{cursor}"));
            walked.extend(names(&page).into_iter().map(str::to_owned));
            match &page["nextCursor"] {
                Value::String(next) => cursor = format!("&cursor={next}"),
                _ => break,
            }
        }
        assert_eq!(walked, ["Bob", "Carla", "Layla", "Omar", "ليلى"]);
        assert_eq!(names(&page(&host, &layla, "limit=2&page=2")), ["Layla", "Omar"]);
    }

    #[test]
    fn what_is_no_filter_is_named() {
        let (host, layla) = six();
        for (query, field, code) in [
            ("role=owner", "role", "CHOICE"),
            ("isActive=perhaps", "isActive", "TYPE"),
            ("search=%00", "search", "CHARACTERS"),
        ] {
            let answered = host.get(&format!("/users?{query}")).by(&layla).send();
            assert_eq!(answered.wrong_fields(), [(field.to_owned(), code.to_owned())], "{query}");
        }
        assert_eq!(host.get("/users?cursor=forged").by(&layla).send().code(), "CURSOR_INVALID");
    }

    #[test]
    fn only_for_admins() {
        let (host, layla) = six();
        assert_eq!(host.get("/users").send().status, 401);
        assert_eq!(host.get("/users").by(&host.colleague(&layla, Role::Member)).send().code(), "FORBIDDEN");
        assert_eq!(names(&page(&host, &host.person(Role::Admin), "")), [""; 0]);
    }
}
