//! `PATCH /messages/{id}/read`: the receiver has read up to here.

use p2p_sdk::{Code, Ctx, Problem, Request, Response, Timestamp, Uuid, params};

use super::find::find;
use crate::again::again;
use crate::message::{self, MessageRow};
use crate::{pair, sides, told};

/// What the receiver has not read, up to a message.
macro_rules! unread_until {
    () => {
        "conversation_id = $1 AND receiver_id = $2 AND id <= $3 AND read_at IS NULL AND NOT hidden_for_receiver"
    };
}

const COUNT: &str = concat!("SELECT count(*) FROM messages WHERE ", unread_until!());
const READ: &str = concat!("UPDATE messages SET read_at = $4 WHERE ", unread_until!());

/// Marks it and all before it that are not read yet. Again is fine.
pub async fn read(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    let id = request.id("id")?;
    again(async || mark(ctx, id).await).await
}

async fn mark(ctx: &Ctx, id: Uuid) -> Result<Response, Problem> {
    let mut message = find(ctx, id).await?;
    if message.receiver_id != ctx.actor()?.user_id {
        return Err(Problem::new(Code::Forbidden).says(
            "Only the receiver can mark a message as read.",
            "المستلم وحده يمكنه تعليم الرسالة كمقروءة.",
        ));
    }
    let MessageRow { conversation_id, receiver_id, .. } = message;
    let unread = ctx.sql().query(COUNT, &params![conversation_id, receiver_id, id]).await?;
    let count: i64 = unread.value()?.unwrap_or(0);
    if count > 0 {
        let now = ctx.now();
        keep(ctx, &message, count, now).await?;
        message.read_at = message.read_at.or(Some(now));
    }
    Ok(Response::ok(&message::show_one(ctx, &message).await?))
}

/// Exactly as many as were counted: that number is told, and taken off.
async fn keep(ctx: &Ctx, message: &MessageRow, count: i64, now: Timestamp) -> Result<(), Problem> {
    let MessageRow { id, conversation_id, receiver_id, .. } = *message;
    let expected = u64::try_from(count).ok();
    let batch =
        pair::hold(conversation_id).statement(READ, params![conversation_id, receiver_id, id, now], expected);
    let batch = sides::less_unread(batch, message, count).tell(told::read(message, count, now));
    batch.commit(ctx).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use p2p_sdk::test_host::Answered;
    use p2p_sdk::{Actor, Role, Uuid};
    use serde_json::{Value, json};

    use crate::fixture::Mail;

    fn read(mail: &Mail, by: &Actor, id: Uuid) -> Answered {
        mail.host.patch(&format!("/messages/{id}/read")).by(by).send()
    }

    #[test]
    fn everything_up_to_it_is_read_and_nothing_behind_it() {
        let mail = Mail::new();
        let ids: Vec<_> = (0..4).map(|n| mail.say(&mail.huda, &mail.omar, &format!("Message {n}"))).collect();
        let own = mail.say(&mail.omar, &mail.huda, "Mine");
        mail.host.events();
        mail.host.advance(Duration::from_secs(60));
        let answer = read(&mail, &mail.omar, ids[2]);
        let message = answer.json();
        assert_eq!(answer.status, 200, "{message}");
        assert_eq!((&message["isRead"], &message["readAt"]), (&json!(true), &json!(mail.host.now())));
        let page = mail.history(&mail.huda, &mail.omar, "");
        let read_ones: Vec<_> =
            page["items"].as_array().unwrap().iter().map(|item| item["isRead"].as_bool().unwrap()).collect();
        assert_eq!(
            read_ones,
            [false, false, true, true, true],
            "newest first; one's own is the other's to read"
        );
        assert_eq!((mail.unread(&mail.omar), mail.unread(&mail.huda)), (1, 1));
        let events = mail.host.events();
        let told: Value = serde_json::from_slice(&events[0].payload).unwrap();
        let wanted = json!({
            "readerId": mail.omar.user_id, "senderId": mail.huda.user_id, "count": 3, "readAt": mail.host.now(),
        });
        assert_eq!((events.len(), events[0].topic.as_str(), told), (1, "messaging.message.read", wanted));
        assert_eq!(read(&mail, &mail.huda, own).status, 200);
    }

    #[test]
    fn again_changes_and_tells_nothing() {
        let mail = Mail::new();
        let (first, second) =
            (mail.say(&mail.huda, &mail.omar, "One"), mail.say(&mail.huda, &mail.omar, "Two"));
        let once = read(&mail, &mail.omar, second).json();
        mail.host.events();
        mail.host.advance(Duration::from_secs(60));
        assert_eq!(read(&mail, &mail.omar, second).json(), once);
        assert_eq!(read(&mail, &mail.omar, first).json()["readAt"], once["readAt"]);
        assert_eq!((mail.host.events().len(), mail.unread(&mail.omar)), (0, 0));
    }

    #[test]
    fn only_the_receiver_reads_it() {
        let mail = Mail::new();
        let id = mail.say(&mail.huda, &mail.omar, "Hello");
        assert_eq!(read(&mail, &mail.huda, id).code(), "FORBIDDEN");
        assert_eq!(read(&mail, &mail.sara, id).status, 404);
        assert_eq!(read(&mail, &mail.omar, mail.host.new_id()).status, 404);
        assert_eq!(mail.host.patch(&format!("/messages/{id}/read")).send().status, 401);
        assert_eq!(mail.host.patch("/messages/seven/read").by(&mail.omar).send().status, 404);
        assert_eq!(mail.unread(&mail.omar), 1);
        let admin = Actor { platform_admin: true, ..mail.host.person(Role::Admin) };
        assert_eq!(read(&mail, &admin, id).status, 404);
    }

    #[test]
    fn what_one_deleted_is_neither_read_nor_counted() {
        let mail = Mail::new();
        let hidden = mail.say(&mail.huda, &mail.omar, "Hidden");
        let shown = mail.say(&mail.huda, &mail.omar, "Shown");
        mail.remove(&mail.omar, hidden);
        assert_eq!((mail.unread(&mail.omar), read(&mail, &mail.omar, hidden).status), (1, 404));
        assert_eq!((read(&mail, &mail.omar, shown).status, mail.unread(&mail.omar)), (200, 0));
        let page = mail.history(&mail.huda, &mail.omar, "");
        assert_eq!(page["items"][1]["isRead"], json!(false), "no receipt for what was never read");
    }

    #[test]
    fn reading_sending_and_deleting_at_once_leave_a_count_that_is_true() {
        let mail = Mail::new();
        let ids: Vec<_> = (0..4).map(|n| mail.say(&mail.huda, &mail.omar, &format!("Message {n}"))).collect();
        mail.host.events();
        let reads =
            [1, 3, 3].map(|n: usize| mail.host.patch(&format!("/messages/{}/read", ids[n])).by(&mail.omar));
        let sends = (0..3).map(|n| mail.sending(&mail.huda, &mail.omar, &format!("More {n}")));
        let gone = [(&mail.huda, 0), (&mail.omar, 2)];
        let gone = gone.map(|(by, n): (_, usize)| mail.host.delete(&format!("/messages/{}", ids[n])).by(by));
        let all = sends.chain(reads).chain(gone);
        let answers = mail.sending(&mail.omar, &mail.huda, "Back").send_with(all);
        assert!(answers.iter().all(|answer| answer.status < 300), "{answers:?}");
        let unread = mail.unread(&mail.omar);
        let counted = "SELECT count(*) FROM messages WHERE receiver_id = $1 AND read_at IS NULL \
            AND NOT hidden_for_receiver";
        assert_eq!((unread, unread), (mail.number(counted, mail.omar.user_id), 3));
        let told = mail.host.events().into_iter().map(|event| {
            let told: Value = serde_json::from_slice(&event.payload).unwrap();
            match event.topic.as_str() {
                "messaging.message.sent" => i64::from(told["receiverId"] == json!(mail.omar.user_id)),
                "messaging.message.read" => -told["count"].as_i64().unwrap(),
                _ => -i64::from(told["wasUnread"] == json!(true)),
            }
        });
        assert_eq!(4 + told.sum::<i64>(), unread, "who counts along comes to the same");
    }
}
