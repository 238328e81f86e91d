//! A message by its id, for one of the two who see it: for everybody else there is none.

use p2p_sdk::{Ctx, Problem, Uuid, params};

use crate::message::{COLUMNS, MessageRow};

/// Whether the person with this parameter sees the message `m`.
macro_rules! seen_by {
    ($user:literal) => {
        concat!(
            "((m.sender_id = ",
            $user,
            " AND NOT m.hidden_for_sender) OR (m.receiver_id = ",
            $user,
            " AND NOT m.hidden_for_receiver))"
        )
    };
}
pub(super) use seen_by;

/// Finds it; 404 for those who do not see it.
pub async fn find(ctx: &Ctx, id: Uuid) -> Result<MessageRow, Problem> {
    let text = format!("SELECT {COLUMNS} FROM messages m WHERE m.id = $1 AND {}", seen_by!("$2"));
    let rows = ctx.sql().query(&text, &params![id, ctx.actor()?.user_id]).await?;
    rows.first()?.ok_or_else(Problem::not_found)
}
