//! `GET /notifications`: the caller's, the latest first. One that is renewed comes to the front again.

use p2p_sdk::{Ctx, Cursor, Page, PageRequest, People, Problem, Request, Response, Uuid, params};
use serde::Deserialize;

use super::notification::Notification;
use super::row::{COLUMNS, Told};

/// Which of them.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
pub struct Listing {
    /// True leaves out what was read.
    unread: Option<bool>,
}

/// The name of a list in its cursors, and the condition that makes it.
struct Part(&'static str, &'static str);

const ALL: Part = Part("notifications", "is_shown");
const UNREAD: Part = Part("notifications.unread", "is_shown AND NOT is_read");

/// Answers a page of them.
pub async fn list(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    let wanted = PageRequest::of(&request)?;
    let listing: Listing = request.query()?;
    let Part(name, condition) = if listing.unread == Some(true) { UNREAD } else { ALL };
    let (at, id) = wanted.after(name)?.unwrap_or(PageRequest::LATEST);
    let user = ctx.actor()?.user_id;
    let params = params![user, at, id, wanted.fetch(), wanted.offset];
    let rows = ctx.sql().query(&page(condition), &params).await?;
    let mut page = Page::new(&wanted, rows.all::<Told<'_>>()?, |last| {
        Cursor::new(name, params![last.created_at, last.id])
    });
    if wanted.count {
        page = page.with_total(count(ctx, user, condition).await?);
    }
    let cards = People::ask(ctx, page.items.iter().filter_map(|told| told.actor_id)).await?;
    let (people, language) = (People::read(&cards)?, ctx.call().language);
    Ok(Response::ok(&page.map(|told| Notification::new(told, &people, language))))
}

fn page(condition: &str) -> String {
    format!(
        "SELECT {COLUMNS} FROM notifications WHERE user_id = $1 AND {condition} AND (created_at, id) < ($2, $3) \
        ORDER BY created_at DESC, id DESC LIMIT $4 OFFSET $5"
    )
}

async fn count(ctx: &Ctx, user: Uuid, condition: &str) -> Result<i64, Problem> {
    let text = format!(
        "SELECT count(*) FROM (SELECT 1 FROM notifications WHERE user_id = $1 AND {condition} LIMIT $2) AS counted"
    );
    let rows = ctx.sql().query(&text, &params![user, PageRequest::count_limit()]).await?;
    Ok(rows.value()?.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use p2p_sdk::{Actor, Language, Timestamp};
    use serde_json::{Value, json};

    use super::*;
    use crate::fixture::Network;

    fn page_of(network: &Network, by: &Actor, query: &str) -> Value {
        let answer = network.host.get(&format!("/notifications?{query}")).by(by).send();
        assert_eq!(answer.status, 200, "{query}");
        answer.json()
    }

    fn bodies(page: &Value) -> Vec<&str> {
        page["items"].as_array().unwrap().iter().map(|item| item["body"].as_str().unwrap()).collect()
    }

    #[test]
    fn the_latest_comes_first_page_by_page() {
        let network = Network::new();
        network.topic_with_replies(5);
        let first = page_of(&network, &network.huda, "limit=2&count=true");
        assert_eq!((bodies(&first), &first["total"]), (vec!["Reply 4", "Reply 3"], &json!(5)));
        let next = |page: &Value| format!("limit=2&cursor={}", page["nextCursor"].as_str().unwrap());
        let second = page_of(&network, &network.huda, &next(&first));
        let third = page_of(&network, &network.huda, &next(&second));
        assert_eq!((bodies(&second), bodies(&third)), (vec!["Reply 2", "Reply 1"], vec!["Reply 0"]));
        assert_eq!(third["hasNext"], false);
        assert_eq!(bodies(&page_of(&network, &network.huda, "limit=2&page=3")), ["Reply 0"]);
        assert_eq!(bodies(&page_of(&network, &network.omar, "")), Vec::<&str>::new());
    }

    #[test]
    fn a_notification_says_what_happened_in_the_callers_language() {
        let network = Network::new();
        let topic = network.topic_with_replies(1);
        let item = page_of(&network, &network.huda, "")["items"][0].clone();
        assert_eq!(item["title"], "Omar Aziz answered in your topic “Why does it vibrate?”");
        assert_eq!((&item["type"], &item["entityType"]), (&json!("reply"), &json!("reply")));
        assert_eq!((&item["isRead"], &item["count"]), (&json!(false), &json!(1)));
        assert_eq!(item["actor"]["name"], "Omar Aziz");
        let entity = item["entityId"].as_str().unwrap();
        assert_eq!(item["url"], format!("/forums/topics/{topic}#{entity}"));
        let arabic =
            network.host.get("/notifications").by(&network.huda).language(Language::Ar).send().json();
        assert_eq!(arabic["items"][0]["title"], "أجاب Omar Aziz في موضوعك «Why does it vibrate?»");
    }

    #[test]
    fn what_was_read_is_left_out_of_the_unread() {
        let network = Network::new();
        network.topic_with_replies(3);
        let all = page_of(&network, &network.huda, "");
        let body = json!({ "ids": [all["items"][1]["id"]] });
        assert_eq!(network.host.post("/notifications/read").by(&network.huda).json(&body).send().status, 200);
        let unread = page_of(&network, &network.huda, "unread=true&count=true");
        assert_eq!((bodies(&unread), &unread["total"]), (vec!["Reply 2", "Reply 0"], &json!(2)));
        assert_eq!(page_of(&network, &network.huda, "unread=false")["items"].as_array().unwrap().len(), 3);
        let first = page_of(&network, &network.huda, "unread=true&limit=1");
        let foreign = format!("/notifications?cursor={}", first["nextCursor"].as_str().unwrap());
        assert_eq!(network.host.get(&foreign).by(&network.huda).send().code(), "CURSOR_INVALID");
    }

    #[test]
    fn bad_queries_and_nobody_are_refused() {
        let network = Network::new();
        assert_eq!(network.host.get("/notifications").send().status, 401);
        let send =
            |query: &str| network.host.get(&format!("/notifications?{query}")).by(&network.huda).send();
        assert_eq!((send("unread=maybe").status, send("page=0").status), (422, 422));
        assert_eq!(send("cursor=forged").code(), "CURSOR_INVALID");
    }

    #[test]
    fn both_lists_are_read_through_their_index_in_their_order() {
        let network = Network::new();
        let params = params![Uuid::NIL, Timestamp(1), Uuid::NIL, 1, 0];
        for (Part(_, condition), index) in [(ALL, "notifications_latest"), (UNREAD, "notifications_unread")] {
            let plan = network.plan(&page(condition), &params);
            let wanted = format!("{index} (user_id=? AND (created_at,id)<(?,?))");
            assert!(plan.contains(&wanted) && !plan.contains("TEMP B-TREE"), "{plan}");
        }
    }
}
