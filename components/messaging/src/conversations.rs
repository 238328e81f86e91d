//! `GET /messages`: with whom the caller exchanged messages, the latest first: the other's card, the last message that
//! the caller sees, and how many they have not read.

use p2p_sdk::{
    Ctx, Cursor, Feature, FromRow, Page, PageRequest, People, Person, Problem, Request, Response, Row,
    RowError, Timestamp, Uuid, get, params,
};
use serde::Serialize;

use crate::answer;
use crate::message::{self, COLUMNS, Message, MessageRow};

/// Names the list in its cursors.
const LIST: &str = "messaging.conversations";
const COUNT: &str = "SELECT count(*) FROM (SELECT user_id FROM conversation_sides \
    WHERE user_id = $1 AND updated_at IS NOT NULL LIMIT $2) AS counted";

/// A conversation as the caller sees it.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Conversation<'a> {
    /// The other one.
    pub user: Person<'a>,
    pub last_message: Message,
    /// Messages the caller has not read.
    pub unread_count: i64,
    /// When the last message was written.
    pub updated_at: Timestamp,
}

struct Side {
    id: Uuid,
    other: Uuid,
    unread: i64,
    updated_at: Timestamp,
    last: MessageRow,
}

impl<'a> FromRow<'a> for Side {
    fn from_row(row: &mut Row<'a>) -> Result<Self, RowError> {
        let (id, other, unread, updated_at) = (row.get()?, row.get()?, row.get()?, row.get()?);
        Ok(Self { id, other, unread, updated_at, last: MessageRow::from_row(row)? })
    }
}

async fn list(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    let wanted = PageRequest::of(&request)?;
    let user = ctx.actor()?.user_id;
    let (at, id) = wanted.after(LIST)?.unwrap_or(PageRequest::LATEST);
    let text = format!(
        "SELECT s.conversation_id, s.other_id, s.unread, s.updated_at, {COLUMNS} FROM conversation_sides s \
        JOIN messages m ON m.id = s.last_message_id \
        WHERE s.user_id = $1 AND (s.updated_at, s.conversation_id) < ($2, $3) \
        ORDER BY s.updated_at DESC, s.conversation_id DESC LIMIT $4 OFFSET $5"
    );
    let rows = ctx.sql().query(&text, &params![user, at, id, wanted.fetch(), wanted.offset]).await?;
    let cursor = |last: &Side| Cursor::new(LIST, params![last.updated_at, last.id]);
    let mut page = answer::page(&wanted, rows.all::<Side>()?, |side| side.last.content.len(), cursor);
    if wanted.count {
        let counted = ctx.sql().query(COUNT, &params![user, PageRequest::count_limit()]).await?;
        page = page.with_total(counted.value()?.unwrap_or(0));
    }
    show(ctx, page).await
}

async fn show(ctx: &Ctx, page: Page<Side>) -> Result<Response, Problem> {
    let cards = People::ask(ctx, page.items.iter().map(|side| side.other)).await?;
    let authors = People::read(&cards)?;
    let messages = message::show(ctx, page.items.iter().map(|side| &side.last)).await;
    let Page { items, limit, has_next, next_cursor, total, total_is_capped } = page;
    let items: Vec<_> = items
        .iter()
        .zip(messages)
        .map(|(side, last_message)| Conversation {
            user: authors.get(side.other),
            last_message,
            unread_count: side.unread,
            updated_at: side.updated_at,
        })
        .collect();
    Ok(Response::ok(&Page { items, limit, has_next, next_cursor, total, total_is_capped }))
}

/// What conversations add to the feature.
pub fn routes(feature: Feature) -> Feature {
    feature.route(
        get("/messages", list)
            .summary("The caller's conversations, the latest first.")
            .paged()
            .answers::<Page<Conversation<'static>>>(200),
    )
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use p2p_sdk::{Cursor, Timestamp, Uuid, params};
    use serde_json::{Value, json};

    use crate::fixture::Mail;

    fn lasts(page: &Value) -> Vec<&str> {
        let items = page["items"].as_array().unwrap();
        items.iter().map(|item| item["lastMessage"]["content"].as_str().unwrap()).collect()
    }

    #[test]
    fn each_shows_the_other_the_last_message_and_what_is_unread() {
        let mail = Mail::new();
        mail.say(&mail.omar, &mail.huda, "One");
        mail.host.advance(Duration::from_secs(60));
        let last = mail.send(&mail.omar, &mail.huda, "Two").json();
        let item = mail.conversations(&mail.huda)["items"][0].clone();
        assert_eq!((&item["lastMessage"], &item["unreadCount"]), (&last, &json!(2)));
        assert_eq!((&item["user"]["name"], &item["updatedAt"]), (&json!("Omar Aziz"), &last["createdAt"]));
        assert_eq!(item["user"]["organization"]["name"], "Acme");
        let own = mail.conversations(&mail.omar)["items"][0].clone();
        assert_eq!((&own["user"]["id"], &own["unreadCount"]), (&json!(mail.huda.user_id), &json!(0)));
    }

    #[test]
    fn the_latest_comes_first_page_by_page_and_everybody_has_their_own() {
        let mail = Mail::new();
        let people: Vec<_> = (0..5).map(|n| mail.newcomer(&format!("Person {n}"))).collect();
        for (n, person) in people.iter().enumerate() {
            mail.say(person, &mail.huda, &format!("From {n}"));
            mail.host.advance(Duration::from_secs(u64::from(n % 2 == 1)));
        }
        mail.host.advance(Duration::from_secs(1));
        mail.say(&mail.huda, &people[0], "To 0");
        let whole = mail.host.get("/messages?count=true").by(&mail.huda).send().json();
        let order = lasts(&whole);
        assert_eq!((order[0], &whole["total"]), ("To 0", &json!(5)));
        let (mut walked, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = mail.host.get(&format!("/messages?limit=2{cursor}")).by(&mail.huda).send().json();
            walked.extend(lasts(&page).into_iter().map(str::to_owned));
            match &page["nextCursor"] {
                Value::String(next) => cursor = format!("&cursor={next}"),
                _ => break,
            }
        }
        assert_eq!(walked, order);
        assert_eq!(lasts(&mail.conversations(&people[3])), ["From 3"]);
        assert_eq!(mail.conversations(&mail.sara)["items"], json!([]));
    }

    #[test]
    fn somebody_who_left_is_a_former_member_whose_words_stay() {
        let mail = Mail::new();
        mail.say(&mail.gone, &mail.huda, "Goodbye");
        let item = mail.conversations(&mail.huda)["items"][0].clone();
        let wanted = json!({
            "id": mail.gone.user_id, "name": "Former member", "isVerified": false, "organization": null,
        });
        assert_eq!((&item["user"], &item["lastMessage"]["content"]), (&wanted, &json!("Goodbye")));
    }

    #[test]
    fn only_its_own_cursor_is_taken_and_only_from_those_who_are_signed_in() {
        let mail = Mail::new();
        for cursor in ["forged".to_owned(), Cursor::new("messaging.history", params![Uuid::NIL]).to_string()]
        {
            let path = format!("/messages?cursor={cursor}");
            assert_eq!(mail.host.get(&path).by(&mail.huda).send().code(), "CURSOR_INVALID");
        }
        assert_eq!(mail.host.get("/messages").send().status, 401);
    }

    #[test]
    fn the_list_is_read_through_its_index_and_in_its_order() {
        let mail = Mail::new();
        let text = "SELECT s.other_id, m.content FROM conversation_sides s \
            JOIN messages m ON m.id = s.last_message_id \
            WHERE s.user_id = $1 AND (s.updated_at, s.conversation_id) < ($2, $3) \
            ORDER BY s.updated_at DESC, s.conversation_id DESC LIMIT 3";
        let steps = mail.host.plan(text, &params![Uuid::NIL, Timestamp(1), Uuid::NIL]);
        assert!(steps[0].contains("conversation_sides_latest (user_id=? AND (updated_at,"), "{steps:?}");
        assert!(steps.len() == 2 && steps[1].contains("(id=?)"), "{steps:?}");
        let unread =
            "SELECT CAST(sum(unread) AS BIGINT) FROM conversation_sides WHERE user_id = $1 AND unread > 0";
        let steps = mail.host.plan(unread, &params![Uuid::NIL]);
        assert!(steps.len() == 1 && steps[0].contains("conversation_sides_unread"), "{steps:?}");
    }
}
