//! `POST /messages`: sealed, counted and told in one commit.

use std::ops::RangeInclusive;

use p2p_sdk::{Check, Code, Ctx, People, Problem, Request, Response, Uuid, join, params};
use serde::Deserialize;

use crate::again::busy;
use crate::message::{self, MessageRow};
use crate::pair::Pair;
use crate::{blocks, sides, told};

const CONTENT: RangeInclusive<usize> = 1..=5_000;
const INSERT: &str = "INSERT INTO messages (id, conversation_id, sender_id, receiver_id, content, created_at) \
    VALUES ($1, $2, $3, $4, $5, $6)";

/// What is sent.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct NewMessage {
    receiver_id: Uuid,
    /// Markdown.
    #[cfg_attr(feature = "describe", schema(min_length = 1, max_length = 5_000))]
    content: String,
}

/// Sends it.
pub async fn send(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    let actor = ctx.actor()?;
    let NewMessage { receiver_id, content } = request.json()?;
    Check::new().prose("content", &content, CONTENT).finish()?;
    if receiver_id == actor.user_id {
        return Err(
            Problem::new(Code::SelfAction).says("You cannot write to yourself.", "لا يمكنك مراسلة نفسك.")
        );
    }
    let pair = Pair::of(actor.user_id, receiver_id);
    reachable(ctx, receiver_id, &pair).await?;
    let (id, created_at) = (ctx.new_id(), ctx.now());
    let row = MessageRow {
        id,
        conversation_id: pair.id,
        sender_id: actor.user_id,
        receiver_id,
        content: message::seal(ctx, id, &content),
        read_at: None,
        created_at,
        hidden_for_receiver: false,
    };
    let told = told::sent(&row, actor.organization_id);
    let insert = params![id, pair.id, row.sender_id, receiver_id, row.content, created_at];
    let batch = sides::add(pair.begin(created_at).run_one(INSERT, insert), &pair, &row).tell(told);
    let shown = message::show_one(ctx, &row).await?;
    match batch.answer(ctx, Response::created(&shown)).await {
        // Somebody blocked the other between the look and the commit.
        Err(problem) if problem.code() == Code::VersionConflict => {
            blocks::check(ctx, &pair).await?;
            Err(busy())
        }
        done => done,
    }
}

/// 404 for somebody who is not there, 403 when one of the two does not want to hear from the other.
async fn reachable(ctx: &Ctx, receiver: Uuid, pair: &Pair) -> Result<(), Problem> {
    let ctx = ctx.concurrent();
    let card = People::ask(&ctx, std::iter::once(receiver));
    let (card, unblocked) = join(card, blocks::check(&ctx, pair)).await;
    if People::read(&card?)?.active(receiver).is_none() {
        return Err(Problem::not_found().says("There is no such person.", "لا يوجد شخص بهذا المعرّف."));
    }
    unblocked
}

#[cfg(test)]
mod tests {
    use p2p_sdk::{Language, Role, Uuid};
    use serde_json::{Value, json};

    use crate::fixture::Mail;
    use crate::pair::Pair;

    #[test]
    fn a_message_is_answered_as_it_will_be_read() {
        let mail = Mail::new();
        let answer = mail.send(&mail.huda, &mail.omar, "Is the **pump** back?");
        assert_eq!(answer.status, 201, "{}", String::from_utf8_lossy(&answer.body));
        let sent = answer.json();
        let wanted = json!({
            "id": sent["id"], "senderId": mail.huda.user_id, "receiverId": mail.omar.user_id,
            "content": "Is the **pump** back?", "contentHtml": "<p>Is the **pump** back?</p>",
            "isRead": false, "createdAt": mail.host.now(),
        });
        assert_eq!(sent, wanted);
        for (by, with) in [(&mail.huda, &mail.omar), (&mail.omar, &mail.huda)] {
            assert_eq!(mail.history(by, with, "")["items"], json!([sent]));
        }
    }

    #[test]
    fn it_is_told_in_its_commit_and_what_it_says_is_not() {
        let mail = Mail::new();
        let id = mail.say(&mail.huda, &mail.omar, "Between the two of us");
        let events = mail.host.events();
        assert_eq!((events.len(), events[0].topic.as_str()), (1, "messaging.message.sent"));
        assert_eq!(events[0].key, Pair::of(mail.omar.user_id, mail.huda.user_id).id.to_string());
        let told: Value = serde_json::from_slice(&events[0].payload).unwrap();
        let wanted = json!({
            "id": id, "senderId": mail.huda.user_id, "receiverId": mail.omar.user_id,
            "organizationId": mail.huda.organization_id, "createdAt": mail.host.now(),
        });
        assert_eq!(told, wanted);
    }

    #[test]
    fn nobody_who_reads_the_store_reads_what_it_says() {
        let mail = Mail::new();
        let words = "Between the two of us";
        let body = json!({ "receiverId": mail.omar.user_id, "content": words });
        let post = || mail.host.post("/messages").by(&mail.huda).header("idempotency-key", "k1").json(&body);
        let first = post().send();
        assert_eq!((first.status, &first.json()["content"]), (201, &json!(words)));
        let again = post().send();
        assert_eq!(
            (again.status, again.json()),
            (201, first.json()),
            "a repeat gets the first answer, opened"
        );
        assert_eq!(mail.host.events().len(), 1);
        for (table, column) in [("messages", "content"), ("sdk_idempotency", "body")] {
            let rows = mail.host.query(&format!("SELECT {column} FROM {table}"), &p2p_sdk::params![]);
            let kept = rows.all::<(Vec<u8>,)>().unwrap();
            assert_eq!(kept.len(), 1, "{table}");
            let found = kept[0].0.windows(words.len()).any(|part| part == words.as_bytes());
            assert!(!found, "{table}.{column} holds the words");
        }
    }

    #[test]
    fn nobody_writes_to_themselves_or_to_who_is_not_there() {
        let mail = Mail::new();
        let own = mail.send(&mail.huda, &mail.huda, "Dear diary");
        assert_eq!((own.status, own.code().as_str()), (400, "SELF_ACTION"));
        assert_eq!(mail.send(&mail.huda, &mail.gone, "Still there?").status, 404);
        assert_eq!(mail.send(&mail.huda, &mail.host.person(Role::Member), "Who are you?").status, 404);
        let body = json!({ "receiverId": mail.omar.user_id, "content": "Hello" });
        assert_eq!(mail.host.post("/messages").json(&body).send().status, 401);
        let arabic = mail.host.post("/messages").by(&mail.huda).language(Language::Ar);
        let arabic = arabic.json(&json!({ "receiverId": mail.huda.user_id, "content": "x" })).send().json();
        assert_eq!(arabic["message"], "لا يمكنك مراسلة نفسك.");
        assert_eq!(mail.host.events(), []);
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let mail = Mail::new();
        let to = mail.omar.user_id;
        for (body, field, code) in [
            (json!({ "content": "x" }), "receiverId", "REQUIRED"),
            (json!({ "receiverId": "omar", "content": "x" }), "receiverId", "FORM"),
            (json!({ "receiverId": to }), "content", "REQUIRED"),
            (json!({ "receiverId": to, "content": " \n " }), "content", "REQUIRED"),
            (json!({ "receiverId": to, "content": "x".repeat(5_001) }), "content", "TOO_LONG"),
            (json!({ "receiverId": to, "content": "a\u{0}b" }), "content", "CHARACTERS"),
            (json!({ "receiverId": to, "content": 7 }), "content", "TYPE"),
        ] {
            let answer = mail.host.post("/messages").by(&mail.huda).json(&body).send();
            assert_eq!(answer.status, 422, "{body}");
            assert_eq!(answer.wrong_fields(), [(field.to_owned(), code.to_owned())], "{body}");
        }
        assert_eq!(mail.host.post("/messages").by(&mail.huda).body(b"{").send().code(), "MALFORMED");
        assert_eq!(mail.send(&mail.huda, &mail.omar, &"ع".repeat(5_000)).status, 201);
    }

    #[test]
    fn first_messages_at_once_meet_in_one_conversation() {
        let mail = Mail::new();
        let requests = (0..6).map(|n| {
            let (by, to) = if n % 2 == 0 { (&mail.huda, &mail.omar) } else { (&mail.omar, &mail.huda) };
            mail.sending(by, to, &format!("Message {n}"))
        });
        let answers = mail.sending(&mail.huda, &mail.omar, "First").send_with(requests);
        assert!(answers.iter().all(|answer| answer.status == 201));
        assert_eq!(mail.number("SELECT count(*) FROM conversations WHERE id <> $1", Uuid::NIL), 1);
        assert_eq!((mail.unread(&mail.huda), mail.unread(&mail.omar)), (3, 4));
        assert_eq!(Mail::contents(&mail.history(&mail.huda, &mail.omar, "")).len(), 7);
    }

    #[test]
    fn a_store_that_fails_keeps_nothing() {
        let mail = Mail::new();
        mail.host.fail_sql(p2p_sdk::host::SqlError::Busy);
        let answer = mail.send(&mail.huda, &mail.omar, "Hello");
        assert_eq!((answer.status, answer.code().as_str()), (503, "BUSY"));
        assert_eq!((mail.unread(&mail.omar), mail.host.events().len()), (0, 0));
    }
}
