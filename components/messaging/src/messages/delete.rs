//! `DELETE /messages/{id}`: within a quarter of an hour its sender takes a message back; after that, and for its receiver,
//! it is hidden from whoever deletes it. Once neither sees it, it goes.

use std::time::Duration;

use p2p_sdk::{Batch, Ctx, Problem, Request, Response, Uuid, params};

use super::find::find;
use crate::again::again;
use crate::message::MessageRow;
use crate::{pair, sides, told};

/// How long a message can be taken back.
const REGRET: Duration = Duration::from_secs(15 * 60);

/// What the receiver has or has not read by now is taken off their count, so it must be as it was seen.
const REMOVE: &str =
    "DELETE FROM messages WHERE id = $1 AND (read_at IS NULL AND NOT hidden_for_receiver) = $2";
const HIDE_FOR_SENDER: &str =
    "UPDATE messages SET hidden_for_sender = $2 WHERE id = $1 AND NOT hidden_for_sender";
const HIDE_FOR_RECEIVER: &str = "UPDATE messages SET hidden_for_receiver = $2 WHERE id = $1 \
    AND NOT hidden_for_receiver AND (read_at IS NULL) = $3";
const FORGET: &str = "DELETE FROM messages WHERE id = $1 AND hidden_for_sender AND hidden_for_receiver";

/// Deletes it.
pub async fn delete(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    let id = request.id("id")?;
    again(async || remove(ctx, id).await).await
}

async fn remove(ctx: &Ctx, id: Uuid) -> Result<Response, Problem> {
    let message = find(ctx, id).await?;
    let user = ctx.actor()?.user_id;
    let batch = pair::hold(message.conversation_id);
    let batch = if user != message.sender_id {
        hide_for_receiver(batch, &message)
    } else if ctx.now() <= message.created_at + REGRET {
        take_back(batch, &message)
    } else {
        hide_for_sender(batch, &message)
    };
    sides::step_back(batch, message.conversation_id, id).commit(ctx).await?;
    Ok(Response::no_content())
}

fn take_back(batch: Batch, message: &MessageRow) -> Batch {
    let was_unread = message.is_unread();
    let batch = batch.run_one(REMOVE, params![message.id, was_unread]);
    let batch = sides::less_unread(batch, message, i64::from(was_unread));
    batch.tell(told::deleted(message, was_unread, None))
}

fn hide_for_sender(batch: Batch, message: &MessageRow) -> Batch {
    batch
        .run_one(HIDE_FOR_SENDER, params![message.id, true])
        .run(FORGET, params![message.id])
        .tell(told::deleted(message, false, Some(message.sender_id)))
}

fn hide_for_receiver(batch: Batch, message: &MessageRow) -> Batch {
    let was_unread = message.is_unread();
    let batch = batch
        .run_one(HIDE_FOR_RECEIVER, params![message.id, true, was_unread])
        .run(FORGET, params![message.id]);
    let batch = sides::less_unread(batch, message, i64::from(was_unread));
    batch.tell(told::deleted(message, was_unread, Some(message.receiver_id)))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use p2p_sdk::{Actor, Uuid};
    use serde_json::{Value, json};

    use super::REGRET;
    use crate::fixture::Mail;

    fn told(mail: &Mail) -> Vec<Value> {
        let events = mail.host.events();
        let told = events.iter().filter(|event| event.topic == "messaging.message.deleted");
        told.map(|event| serde_json::from_slice(&event.payload).unwrap()).collect()
    }

    fn seen(mail: &Mail, by: &Actor, with: &Actor) -> Vec<String> {
        Mail::contents(&mail.history(by, with, ""))
    }

    fn stored(mail: &Mail, id: Uuid) -> i64 {
        mail.number("SELECT count(*) FROM messages WHERE id = $1", id)
    }

    #[test]
    fn its_sender_takes_it_back_within_a_quarter_of_an_hour() {
        let mail = Mail::new();
        mail.say(&mail.huda, &mail.omar, "Stays");
        let id = mail.say(&mail.huda, &mail.omar, "Goes");
        mail.host.advance(REGRET);
        mail.remove(&mail.huda, id);
        for (by, with) in [(&mail.huda, &mail.omar), (&mail.omar, &mail.huda)] {
            assert_eq!(seen(&mail, by, with), ["Stays"]);
            assert_eq!(mail.conversations(by)["items"][0]["lastMessage"]["content"], "Stays");
        }
        assert_eq!((stored(&mail, id), mail.unread(&mail.omar)), (0, 1));
        let wanted = json!({
            "id": id, "senderId": mail.huda.user_id, "receiverId": mail.omar.user_id, "wasUnread": true,
        });
        assert_eq!(told(&mail), [wanted]);
        assert_eq!(mail.host.delete(&format!("/messages/{id}")).by(&mail.huda).send().status, 404);
    }

    #[test]
    fn later_it_goes_for_the_sender_only() {
        let mail = Mail::new();
        let id = mail.say(&mail.huda, &mail.omar, "Too late");
        mail.host.advance(REGRET + Duration::from_micros(1));
        mail.remove(&mail.huda, id);
        assert_eq!(seen(&mail, &mail.huda, &mail.omar), [""; 0]);
        assert_eq!(mail.conversations(&mail.huda)["items"], json!([]), "nothing is left of it for Huda");
        assert_eq!(seen(&mail, &mail.omar, &mail.huda), ["Too late"]);
        assert_eq!(mail.unread(&mail.omar), 1);
        let told = told(&mail);
        assert_eq!((&told[0]["wasUnread"], &told[0]["onlyFor"]), (&json!(false), &json!(mail.huda.user_id)));
        mail.remove(&mail.omar, id);
        assert_eq!((stored(&mail, id), mail.unread(&mail.omar)), (0, 0), "nobody sees it: it is not kept");
    }

    #[test]
    fn its_receiver_hides_it_at_any_time() {
        let mail = Mail::new();
        let id = mail.say(&mail.huda, &mail.omar, "Not for me");
        mail.remove(&mail.omar, id);
        assert_eq!((seen(&mail, &mail.omar, &mail.huda), mail.unread(&mail.omar)), (vec![], 0));
        assert_eq!(seen(&mail, &mail.huda, &mail.omar), ["Not for me"]);
        let told_of_it = told(&mail);
        let told_of_it = (&told_of_it[0]["wasUnread"], &told_of_it[0]["onlyFor"]);
        assert_eq!(told_of_it, (&json!(true), &json!(mail.omar.user_id)));
        mail.remove(&mail.huda, id);
        assert_eq!((stored(&mail, id), &told(&mail)[0]["wasUnread"]), (0, &json!(false)));
        assert_eq!(mail.unread(&mail.omar), 0, "it is not taken off twice");
    }

    #[test]
    fn what_was_read_is_not_taken_off_again() {
        let mail = Mail::new();
        let ids = ["One", "Two"].map(|words| mail.say(&mail.huda, &mail.omar, words));
        let path = format!("/messages/{}/read", ids[0]);
        assert_eq!(mail.host.patch(&path).by(&mail.omar).send().status, 200);
        mail.host.events();
        mail.remove(&mail.omar, ids[0]);
        assert_eq!((mail.unread(&mail.omar), &told(&mail)[0]["wasUnread"]), (1, &json!(false)));
    }

    #[test]
    fn others_have_nothing_to_delete() {
        let mail = Mail::new();
        let id = mail.say(&mail.huda, &mail.omar, "Hello");
        let path = format!("/messages/{id}");
        let admin = Actor { platform_admin: true, ..mail.sara.clone() };
        for by in [&mail.sara, &admin] {
            assert_eq!(mail.host.delete(&path).by(by).send().status, 404);
        }
        assert_eq!(mail.host.delete(&path).send().status, 401);
        assert_eq!(mail.host.delete("/messages/seven").by(&mail.huda).send().status, 404);
        assert_eq!(stored(&mail, id), 1);
    }

    #[test]
    fn both_at_once_leave_nothing_and_count_right() {
        let mail = Mail::new();
        let id = mail.say(&mail.huda, &mail.omar, "Hello");
        let delete = |by: &Actor| mail.host.delete(&format!("/messages/{id}")).by(by);
        let answers = delete(&mail.huda).send_with([delete(&mail.omar), delete(&mail.huda)]);
        assert!(answers.iter().all(|answer| [204, 404].contains(&answer.status)), "{answers:?}");
        assert_eq!((stored(&mail, id), mail.unread(&mail.omar)), (0, 0));
    }
}
