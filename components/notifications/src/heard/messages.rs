//! Messages: one notification per conversation, which counts what came since its reader looked. Says nothing of their
//! content, which is never told.

use p2p_sdk::{Batch, Ctx, Delivery, Feature, Heard, Uuid, params};
use serde::Deserialize;

use crate::announce::{Reason, Thing, announce};
use crate::kind::Kind;

/// So many of them were read; when later ones are left, it stays unread.
const READ: &str = "UPDATE notifications SET is_read = CASE WHEN count > $3 THEN FALSE ELSE TRUE END, \
    count = CASE WHEN count > $3 THEN count - $3 ELSE count END \
    WHERE user_id = $1 AND kind = 'message' AND entity_id = $2 AND NOT is_read";
/// One of those that are counted was taken back.
const TAKEN_BACK: &str = "UPDATE notifications SET is_gone = CASE WHEN count > 1 THEN is_gone ELSE TRUE END, \
    is_shown = CASE WHEN count > 1 THEN is_shown ELSE FALSE END, \
    count = CASE WHEN count > 1 THEN count - 1 ELSE count END \
    WHERE user_id = $1 AND kind = 'message' AND entity_id = $2 AND NOT is_read AND NOT is_gone";

/// Subscribes.
pub fn hear(feature: Feature) -> Feature {
    feature
        .on_event("messaging.message.sent", sent)
        .on_event("messaging.message.read", read)
        .on_event("messaging.message.deleted", deleted)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Sent {
    sender_id: Uuid,
    receiver_id: Uuid,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Read {
    reader_id: Uuid,
    sender_id: Uuid,
    count: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Deleted {
    sender_id: Uuid,
    receiver_id: Uuid,
    was_unread: bool,
}

async fn sent(ctx: &Ctx, event: Delivery) -> Heard {
    let Sent { sender_id, receiver_id } = event.read()?;
    let conversation = Thing {
        entity_type: "conversation",
        entity_id: sender_id,
        parent_id: None,
        container_id: None,
        actor: Some(sender_id),
        within: None,
        subject: "",
        text: "",
    };
    let reason = Reason { user: receiver_id, kind: Kind::Message, about: "" };
    announce(ctx, &conversation, &[reason]).await
}

async fn read(ctx: &Ctx, event: Delivery) -> Heard {
    let Read { reader_id, sender_id, count } = event.read()?;
    Batch::new().run(READ, params![reader_id, sender_id, count]).commit(ctx).await?;
    Ok(())
}

async fn deleted(ctx: &Ctx, event: Delivery) -> Heard {
    let Deleted { sender_id, receiver_id, was_unread } = event.read()?;
    if was_unread {
        Batch::new().run(TAKEN_BACK, params![receiver_id, sender_id]).commit(ctx).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use p2p_sdk::Actor;
    use serde_json::{Value, json};

    use crate::fixture::Network;

    fn sent(network: &Network, by: &Actor, to: &Actor) {
        network.message(by, to);
    }

    fn read(network: &Network, by: &Actor, of: &Actor, count: i64) {
        let payload = json!({
            "readerId": by.user_id, "senderId": of.user_id, "count": count, "readAt": network.host.now(),
        });
        network.hear("messaging.message.read", &payload);
    }

    fn deleted(network: &Network, by: &Actor, to: &Actor, was_unread: bool) {
        let payload = json!({
            "id": network.host.new_id(), "senderId": by.user_id, "receiverId": to.user_id,
            "wasUnread": was_unread,
        });
        network.hear("messaging.message.deleted", &payload);
    }

    fn only(network: &Network) -> Value {
        let told = network.told(&network.huda);
        assert_eq!(told.len(), 1, "{told:?}");
        told[0].clone()
    }

    #[test]
    fn a_conversation_is_one_notification_until_it_is_looked_at() {
        let network = Network::new();
        for _ in 0..3 {
            sent(&network, &network.sara, &network.huda);
        }
        let one = only(&network);
        assert_eq!((&one["title"], &one["count"]), (&json!("3 new messages from Sara Haddad"), &json!(3)));
        assert_eq!(one["url"], format!("/messages/{}", network.sara.user_id));
        assert_eq!((&one["entityType"], network.unread(&network.huda)), (&json!("conversation"), 1));
        read(&network, &network.huda, &network.sara, 3);
        assert_eq!((&only(&network)["isRead"], network.unread(&network.huda)), (&json!(true), 0));
        sent(&network, &network.sara, &network.huda);
        let again = only(&network);
        assert_eq!((&again["id"], &again["count"], &again["isRead"]), (&one["id"], &json!(1), &json!(false)));
        sent(&network, &network.omar, &network.huda);
        assert_eq!((network.told(&network.huda).len(), network.told(&network.sara).len()), (2, 0));
    }

    #[test]
    fn a_part_may_be_read() {
        let network = Network::new();
        for _ in 0..3 {
            sent(&network, &network.sara, &network.huda);
        }
        read(&network, &network.huda, &network.sara, 2);
        assert_eq!((&only(&network)["count"], network.unread(&network.huda)), (&json!(1), 1));
        read(&network, &network.huda, &network.sara, 1);
        assert_eq!(network.unread(&network.huda), 0);
    }

    #[test]
    fn what_is_taken_back_is_not_counted() {
        let network = Network::new();
        sent(&network, &network.sara, &network.huda);
        sent(&network, &network.sara, &network.huda);
        deleted(&network, &network.sara, &network.huda, false);
        assert_eq!(only(&network)["count"], 2);
        deleted(&network, &network.sara, &network.huda, true);
        assert_eq!(only(&network)["count"], 1);
        deleted(&network, &network.sara, &network.huda, true);
        assert_eq!((network.told(&network.huda).len(), network.unread(&network.huda)), (0, 0));
        sent(&network, &network.sara, &network.huda);
        assert_eq!(only(&network)["count"], 1);
    }

    #[test]
    fn one_letter_at_most_until_it_is_looked_at() {
        let network = Network::new();
        network.prefer(&network.huda, &json!({ "message": { "email": "instant" } }));
        for _ in 0..3 {
            sent(&network, &network.sara, &network.huda);
            network.settle();
        }
        let letters = network.host.letters();
        assert_eq!((letters.len(), letters[0].template.as_str()), (1, "message-digest"));
        assert_eq!(
            (&letters[0].values["people"], &letters[0].values["count"]),
            (&json!("Sara Haddad"), &json!("1"))
        );
        read(&network, &network.huda, &network.sara, 3);
        sent(&network, &network.sara, &network.huda);
        assert_eq!(network.mailed(), ["message-digest"]);
    }
}
