//! What the feature tells of itself. Never what somebody wrote. The key is the conversation's id, so that what happens in
//! one conversation is heard in its order.

use p2p_sdk::host::Event;
use p2p_sdk::{Timestamp, Uuid};
use serde::Serialize;

use crate::message::MessageRow;

/// A message was sent. `organizationId` is the sender's.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Sent {
    id: Uuid,
    sender_id: Uuid,
    receiver_id: Uuid,
    organization_id: Option<Uuid>,
    created_at: Timestamp,
}

/// So many messages were read by now.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Read {
    reader_id: Uuid,
    sender_id: Uuid,
    count: i64,
    read_at: Timestamp,
}

/// A message went.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Deleted {
    id: Uuid,
    sender_id: Uuid,
    receiver_id: Uuid,
    /// The receiver has one unread message less.
    was_unread: bool,
    /// Who no longer sees it, when the other still does.
    #[serde(skip_serializing_if = "Option::is_none")]
    only_for: Option<Uuid>,
}

/// How many unread messages somebody has.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Unread {
    user_id: Uuid,
    count: i64,
}

/// This message was sent by somebody of this organization.
pub fn sent(message: &MessageRow, organization_id: Option<Uuid>) -> Event {
    let MessageRow { id, sender_id, receiver_id, created_at, .. } = *message;
    let told = Sent { id, sender_id, receiver_id, organization_id, created_at };
    Event::new("messaging.message.sent", message.conversation_id, &told)
}

/// This message was read now, and with it so many in all.
pub fn read(message: &MessageRow, count: i64, read_at: Timestamp) -> Event {
    let MessageRow { sender_id, receiver_id: reader_id, .. } = *message;
    let told = Read { reader_id, sender_id, count, read_at };
    Event::new("messaging.message.read", message.conversation_id, &told)
}

/// This message went for both, or for one of them only.
pub fn deleted(message: &MessageRow, was_unread: bool, only_for: Option<Uuid>) -> Event {
    let MessageRow { id, sender_id, receiver_id, .. } = *message;
    let told = Deleted { id, sender_id, receiver_id, was_unread, only_for };
    Event::new("messaging.message.deleted", message.conversation_id, &told)
}

/// So many messages somebody has not read: for those who count along and begin anew.
pub fn unread(user_id: Uuid, count: i64) -> Event {
    Event::new("messaging.unread.retold", user_id, &Unread { user_id, count })
}
