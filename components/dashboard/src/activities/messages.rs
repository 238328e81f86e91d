//! Messages that are sent: an activity that says neither to whom nor what, and one more that waits for its receiver.

use p2p_sdk::{Batch, Ctx, Delivery, Heard, Timestamp, Uuid};
use serde::Deserialize;

use super::{Action, Note, note};
use crate::counters;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Sent {
    id: Uuid,
    sender_id: Uuid,
    receiver_id: Uuid,
    organization_id: Option<Uuid>,
    created_at: Option<Timestamp>,
}

/// Hears that a message was sent.
pub async fn sent(ctx: &Ctx, event: Delivery) -> Heard {
    let Sent { id, sender_id, receiver_id, organization_id, created_at } = event.read()?;
    let batch = counters::wait(Batch::new(), receiver_id, 1, event.committed_at);
    let batch = match organization_id {
        Some(organization) => counters::add(batch, organization, counters::MESSAGES, 1),
        None => batch,
    };
    let at = created_at.unwrap_or(event.committed_at);
    let sent = Note::personal(Action::MessageSent, id, (sender_id, organization_id), at);
    note(batch, &sent).commit(ctx).await?;
    Ok(())
}
