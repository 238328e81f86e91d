//! `GET /messages/{id}`: what two people wrote to each other, newest first, as far as the caller did not delete it.

use p2p_sdk::{Ctx, Cursor, PageRequest, People, Problem, Request, Response, Uuid, params};
use serde::Deserialize;

use super::find::seen_by;
use crate::answer;
use crate::message::{self, COLUMNS, MessageRow};
use crate::pair::Pair;

/// Names the list in its cursors.
const LIST: &str = "messaging.history";
/// Ids are ordered by time. Before the newest: no id is greater.
const NEWEST: Uuid = Uuid::from_bytes([0xff; 16]);
const COUNT: &str = concat!(
    "SELECT count(*) FROM (SELECT m.id FROM messages m WHERE m.conversation_id = $1 AND ",
    seen_by!("$2"),
    " LIMIT $3) AS counted"
);

/// Narrows the list.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema), schema(as = HistoryListing))]
#[serde(default)]
pub struct Listing {
    /// Only messages before the one with this id.
    before: Option<Uuid>,
}

/// Answers a page of messages.
pub async fn history(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    let other: Uuid = request.id("id")?;
    let wanted = PageRequest::of(&request)?;
    let before = place(&request, &wanted)?;
    let user = ctx.actor()?.user_id;
    let pair = Pair::of(user, other).id;
    let text = format!(
        "SELECT {COLUMNS} FROM messages m WHERE m.conversation_id = $1 AND m.id < $3 AND {} \
        ORDER BY m.id DESC LIMIT $4 OFFSET $5",
        seen_by!("$2")
    );
    let values = params![pair, user, before, wanted.fetch(), wanted.offset];
    let rows = ctx.sql().query(&text, &values).await?.all::<MessageRow>()?;
    if rows.is_empty() && People::ask(ctx, std::iter::once(other)).await?.is_empty() {
        return Err(Problem::not_found());
    }
    let cursor = |last: &MessageRow| Cursor::new(LIST, params![last.id]);
    let mut page = answer::page(&wanted, rows, |row| row.content.len(), cursor);
    if wanted.count {
        let values = params![pair, user, PageRequest::count_limit()];
        page = page.with_total(ctx.sql().query(COUNT, &values).await?.value()?.unwrap_or(0));
    }
    Ok(Response::ok(&message::show_page(ctx, page).await))
}

/// Messages before this one are wanted: the earlier of what the caller and the page before say.
fn place(request: &Request, wanted: &PageRequest) -> Result<Uuid, Problem> {
    let Listing { before } = request.query()?;
    let cursor = wanted.after::<(Uuid,)>(LIST)?;
    let place = before.into_iter().chain(cursor.map(|(id,)| id)).min();
    Ok(place.unwrap_or(NEWEST))
}

#[cfg(test)]
mod tests {
    use p2p_sdk::{Cursor, Role, Uuid, params};
    use serde_json::{Value, json};

    use super::{COLUMNS, seen_by};
    use crate::fixture::Mail;

    fn seven(mail: &Mail) -> Vec<Uuid> {
        (0..7)
            .map(|n| {
                let (by, to) = if n % 3 == 0 { (&mail.huda, &mail.omar) } else { (&mail.omar, &mail.huda) };
                mail.say(by, to, &format!("Message {n}"))
            })
            .collect()
    }

    #[test]
    fn newest_first_without_gaps_or_repeats() {
        let mail = Mail::new();
        let ids = seven(&mail);
        mail.say(&mail.sara, &mail.huda, "Another conversation");
        let whole = mail.history(&mail.huda, &mail.omar, "count=true");
        let wanted: Vec<_> = (0..7).rev().map(|n| format!("Message {n}")).collect();
        assert_eq!((Mail::contents(&whole), &whole["total"]), (wanted.clone(), &json!(7)));
        let (mut walked, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = mail.history(&mail.omar, &mail.huda, &format!("limit=3{cursor}"));
            walked.extend(Mail::contents(&page));
            match &page["nextCursor"] {
                Value::String(next) => cursor = format!("&cursor={next}"),
                _ => break,
            }
        }
        assert_eq!(walked, wanted);
        let before = mail.history(&mail.huda, &mail.omar, &format!("before={}&limit=2", ids[4]));
        assert_eq!((Mail::contents(&before), &before["hasNext"]), (wanted[3..5].to_vec(), &json!(true)));
        let next = format!("before={}&cursor={}", ids[4], before["nextCursor"].as_str().unwrap());
        assert_eq!(Mail::contents(&mail.history(&mail.huda, &mail.omar, &next)), wanted[5..]);
        assert_eq!(Mail::contents(&mail.history(&mail.huda, &mail.omar, "limit=3&page=3")), wanted[6..]);
    }

    #[test]
    fn only_the_two_read_it() {
        let mail = Mail::new();
        seven(&mail);
        assert_eq!(mail.history(&mail.sara, &mail.omar, "")["items"], json!([]), "others have their own");
        let path = format!("/messages/{}", mail.omar.user_id);
        assert_eq!(mail.host.get(&path).send().status, 401);
        let admin = p2p_sdk::Actor { platform_admin: true, ..mail.sara.clone() };
        assert_eq!(mail.history(&admin, &mail.huda, "")["items"], json!([]), "nobody reads along");
    }

    #[test]
    fn somebody_unknown_is_not_there_and_somebody_who_left_is() {
        let mail = Mail::new();
        let stranger = mail.host.person(Role::Member);
        for id in [stranger.user_id.to_string(), "omar".to_owned()] {
            let path = format!("/messages/{id}");
            assert_eq!(mail.host.get(&path).by(&mail.huda).send().status, 404, "{id}");
        }
        assert_eq!(mail.history(&mail.huda, &mail.gone, "")["items"], json!([]));
        mail.say(&mail.gone, &mail.huda, "Goodbye");
        assert_eq!(Mail::contents(&mail.history(&mail.huda, &mail.gone, "")), ["Goodbye"]);
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let mail = Mail::new();
        seven(&mail);
        let ask = |query: &str| {
            let path = format!("/messages/{}?{query}", mail.omar.user_id);
            mail.host.get(&path).by(&mail.huda).send()
        };
        assert_eq!(ask("before=yesterday").wrong_fields(), [("before".into(), "FORM".into())]);
        for cursor in ["forged".to_owned(), Cursor::new("messaging.blocked", params![true]).to_string()] {
            assert_eq!(ask(&format!("cursor={cursor}")).code(), "CURSOR_INVALID");
        }
    }

    #[test]
    fn what_is_too_much_for_one_answer_goes_to_the_next_page() {
        let mail = Mail::new();
        for _ in 0..60 {
            mail.say(&mail.huda, &mail.omar, &"ع".repeat(5_000));
        }
        let first = mail.history(&mail.omar, &mail.huda, "limit=100");
        let count = first["items"].as_array().unwrap().len();
        assert!((40..60).contains(&count), "{count}");
        let next = format!("limit=100&cursor={}", first["nextCursor"].as_str().unwrap());
        let rest = mail.history(&mail.omar, &mail.huda, &next);
        let count = count + rest["items"].as_array().unwrap().len();
        assert_eq!((count, &rest["hasNext"], &rest["limit"]), (60, &json!(false), &json!(100)));
    }

    #[test]
    fn a_page_is_read_through_its_index_and_in_its_order() {
        let mail = Mail::new();
        let text = format!(
            "SELECT {COLUMNS} FROM messages m WHERE m.conversation_id = $1 AND m.id < $3 AND {} \
            ORDER BY m.id DESC LIMIT 3",
            seen_by!("$2")
        );
        let steps = mail.host.plan(&text, &params![Uuid::NIL, Uuid::NIL, Uuid::NIL]);
        assert!(
            steps.len() == 1 && steps[0].contains("messages_in_order (conversation_id=? AND id<?)"),
            "{steps:?}"
        );
        let unread = "SELECT count(*) FROM messages m WHERE m.conversation_id = $1 AND m.receiver_id = $2 \
            AND m.id <= $3 AND m.read_at IS NULL AND NOT m.hidden_for_receiver";
        let steps = mail.host.plan(unread, &params![Uuid::NIL, Uuid::NIL, Uuid::NIL]);
        assert!(steps.len() == 1 && steps[0].contains("messages_unread"), "{steps:?}");
    }
}
