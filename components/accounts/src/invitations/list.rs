//! The invitations of an organization, for its admins. Read in the order of one index from where the page before ended.

use p2p_sdk::{Ctx, Cursor, Page, PageRequest, Problem, Request, Response, Uuid, params};

use super::find::find_own;
use super::row::{COLUMNS, Invitation};
use crate::organizations;

/// Names the list in its cursors.
const LIST: &str = "accounts.invitations";
/// Ids are ordered by time. Before the newest: no id is greater.
const BEGINNING: Uuid = Uuid::from_bytes([0xff; 16]);
const COUNT: &str =
    "SELECT count(*) FROM (SELECT id FROM invitations WHERE organization_id = $1 LIMIT $2) AS counted";
const PENDING: &str = "SELECT count(*) FROM invitations WHERE organization_id = $1 AND expires_at > $2";

/// GET /users/invitations
pub async fn list(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    let wanted = PageRequest::of(&request)?;
    let organization = organizations::own(ctx.actor()?)?;
    let before = match &wanted.cursor {
        Some(cursor) => cursor.read::<(Uuid,)>(LIST)?.0,
        None => BEGINNING,
    };
    let text = format!(
        "SELECT {COLUMNS} FROM invitations i WHERE i.organization_id = $1 AND i.id < $2 \
         ORDER BY i.id DESC LIMIT $3 OFFSET $4"
    );
    let rows = ctx.sql().query(&text, &params![organization, before, wanted.fetch(), wanted.offset]).await?;
    let mut page = Page::new(&wanted, rows.all::<Invitation>()?, |last| Cursor::new(LIST, params![last.id]));
    if wanted.count {
        let counted = ctx.sql().query(COUNT, &params![organization, PageRequest::count_limit()]).await?;
        page = page.with_total(counted.value()?.unwrap_or(0));
    }
    Ok(Response::ok(&page))
}

/// GET /users/invitations/{id}
pub async fn one(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    Ok(Response::ok(&find_own(ctx, &request).await?))
}

/// How many of an organization can still be accepted.
pub async fn pending(ctx: &Ctx, organization: Uuid) -> Result<i64, Problem> {
    let rows = ctx.sql().query(PENDING, &params![organization, ctx.now()]).await?;
    Ok(rows.value()?.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use p2p_sdk::{Actor, Role, params};
    use serde_json::{Value, json};

    use crate::fixture::{execute, with_layla};

    fn emails(page: &Value) -> Vec<&str> {
        page["items"].as_array().unwrap().iter().map(|item| item["email"].as_str().unwrap()).collect()
    }

    #[test]
    fn newest_first_and_page_by_page() {
        let (host, layla) = with_layla();
        for name in ["a", "b", "c"] {
            let body = json!({ "email": format!("{name}@x.sa"), "firstName": "F", "lastName": "L", "role": "member" });
            assert_eq!(host.post("/users/invite").by(&layla).json(&body).send().status, 201);
        }
        execute(&host, "UPDATE invitations SET expires_at = 0 WHERE email = 'b@x.sa'");
        let read = |query: &str| host.get(&format!("/users/invitations?{query}")).by(&layla).send().json();
        let first = read("limit=2&count=true");
        assert_eq!((emails(&first), &first["total"]), (vec!["c@x.sa", "b@x.sa"], &json!(3)));
        assert_eq!(
            emails(&read(&format!("limit=2&cursor={}", first["nextCursor"].as_str().unwrap()))),
            ["a@x.sa"]
        );
        assert_eq!(emails(&read("limit=2&page=2")), ["a@x.sa"]);
        assert_eq!(host.get("/users").by(&layla).send().json()["pendingInvitations"], 2);
        let stats = host.get("/organizations/stats").by(&layla).send().json();
        assert_eq!(stats["invitations"]["pending"], 2);
    }

    #[test]
    fn only_for_admins_of_the_organization() {
        let (host, layla) = with_layla();
        let body = json!({ "email": "a@x.sa", "firstName": "F", "lastName": "L", "role": "member" });
        assert_eq!(host.post("/users/invite").by(&layla).json(&body).send().status, 201);
        let read = |by: &Actor| host.get("/users/invitations").by(by).send();
        assert_eq!(read(&host.colleague(&layla, Role::Member)).code(), "FORBIDDEN");
        assert_eq!(emails(&read(&host.person(Role::Admin)).json()), [""; 0]);
        assert_eq!(host.get("/users/invitations").send().status, 401);
        assert_eq!(host.get("/users/invitations?cursor=forged").by(&layla).send().code(), "CURSOR_INVALID");
    }

    #[test]
    fn one_is_shown_as_in_the_list_to_the_same_people() {
        let (host, layla) = with_layla();
        let body = json!({ "email": "a@x.sa", "firstName": "F", "lastName": "L", "role": "member" });
        let invitation = host.post("/users/invite").by(&layla).json(&body).send().json();
        let path = format!("/users/invitations/{}", invitation["id"].as_str().unwrap());
        let shown = host.get(&path).by(&layla).send();
        assert_eq!((shown.status, shown.json()), (200, invitation));
        execute(&host, "UPDATE invitations SET expires_at = 0");
        assert_eq!(host.get(&path).by(&layla).send().status, 200, "expired ones are listed, too");
        assert_eq!(host.get(&path).send().status, 401);
        assert_eq!(host.get(&path).by(&host.colleague(&layla, Role::Member)).send().status, 403);
        assert_eq!(host.get(&path).by(&host.person(Role::Admin)).send().status, 404);
        let unknown = format!("/users/invitations/{}", host.new_id());
        assert_eq!(host.get(&unknown).by(&layla).send().status, 404);
    }

    #[test]
    fn the_list_is_one_range_of_one_index() {
        let (host, layla) = with_layla();
        let text = "SELECT * FROM invitations i WHERE i.organization_id = $1 AND i.id < $2 \
            ORDER BY i.id DESC LIMIT $3 OFFSET $4";
        let steps = host.plan(text, &params![layla.organization_id, super::BEGINNING, 21, 0]);
        assert_eq!(steps, ["SEARCH i USING INDEX invitations_latest (organization_id=? AND id<?)"]);
    }
}
