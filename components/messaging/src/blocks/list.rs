//! `GET /messages/blocked`: whom the caller blocks. Who blocks the caller is nobody's to know.

use p2p_sdk::{
    Ctx, Cursor, Page, PageRequest, People, Person, Problem, Request, Response, Timestamp, Uuid, params,
};
use serde::Serialize;

/// Names the list in its cursors.
const LIST: &str = "messaging.blocked";
const PAGE: &str = "SELECT blocked_id, created_at FROM blocks \
    WHERE user_id = $1 AND (created_at, blocked_id) < ($2, $3) \
    ORDER BY created_at DESC, blocked_id DESC LIMIT $4 OFFSET $5";
const COUNT: &str =
    "SELECT count(*) FROM (SELECT blocked_id FROM blocks WHERE user_id = $1 LIMIT $2) AS counted";

/// Somebody the caller does not want to hear from.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Blocked<'a> {
    pub user: Person<'a>,
    pub blocked_at: Timestamp,
}

/// Answers a page of them.
pub async fn list(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    let wanted = PageRequest::of(&request)?;
    let user = ctx.actor()?.user_id;
    let (at, id) = wanted.after(LIST)?.unwrap_or(PageRequest::LATEST);
    let rows = ctx.sql().query(PAGE, &params![user, at, id, wanted.fetch(), wanted.offset]).await?;
    let blocked = rows.all::<(Uuid, Timestamp)>()?;
    let mut page = Page::new(&wanted, blocked, |(id, at)| Cursor::new(LIST, params![at, id]));
    if wanted.count {
        let counted = ctx.sql().query(COUNT, &params![user, PageRequest::count_limit()]).await?;
        page = page.with_total(counted.value()?.unwrap_or(0));
    }
    let cards = People::ask(ctx, page.items.iter().map(|(id, _)| *id)).await?;
    let authors = People::read(&cards)?;
    let page = page.map(|(id, blocked_at)| Blocked { user: authors.get(id), blocked_at });
    Ok(Response::ok(&page))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use p2p_sdk::{Actor, Cursor, Method, Timestamp, Uuid, params};
    use serde_json::{Value, json};

    use super::PAGE;
    use crate::fixture::Mail;

    fn page(mail: &Mail, by: &Actor, query: &str) -> Value {
        let answer = mail.host.get(&format!("/messages/blocked?{query}")).by(by).send();
        assert_eq!(answer.status, 200, "{query}");
        answer.json()
    }

    fn names(page: &Value) -> Vec<&str> {
        let items = page["items"].as_array().unwrap();
        items.iter().map(|item| item["user"]["name"].as_str().unwrap()).collect()
    }

    #[test]
    fn the_latest_come_first_and_everybody_has_their_own() {
        let mail = Mail::new();
        for whom in [&mail.omar, &mail.gone, &mail.sara] {
            assert_eq!(mail.block(Method::Put, &mail.huda, whom.user_id).status, 204);
            mail.host.advance(Duration::from_secs(1));
        }
        let first = page(&mail, &mail.huda, "limit=2&count=true");
        assert_eq!((names(&first), &first["total"]), (vec!["Sara Nasser", "Former member"], &json!(3)));
        let next = format!("limit=2&cursor={}", first["nextCursor"].as_str().unwrap());
        assert_eq!(names(&page(&mail, &mail.huda, &next)), ["Omar Aziz"]);
        assert_eq!(page(&mail, &mail.omar, "")["items"], json!([]), "Omar does not learn of it here");
    }

    #[test]
    fn only_its_own_cursor_is_taken_and_only_from_those_who_are_signed_in() {
        let mail = Mail::new();
        let cursor = Cursor::new("messaging.conversations", params![Timestamp(1), Uuid::NIL]);
        let path = format!("/messages/blocked?cursor={cursor}");
        assert_eq!(mail.host.get(&path).by(&mail.huda).send().code(), "CURSOR_INVALID");
        assert_eq!(mail.host.get("/messages/blocked").send().status, 401);
    }

    #[test]
    fn the_list_is_read_through_its_index_and_in_its_order() {
        let mail = Mail::new();
        let steps = mail.host.plan(PAGE, &params![Uuid::NIL, Timestamp(1), Uuid::NIL, 3i64, 0i64]);
        assert!(
            steps.len() == 1 && steps[0].contains("blocks_latest (user_id=? AND (created_at,"),
            "{steps:?}"
        );
    }
}
