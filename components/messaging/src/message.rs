//! One message: as it is kept, its words sealed, and as the two who may read it see it.

use p2p_sdk::{Ctx, Page, Problem, Timestamp, Uuid, from_row};
use serde::Serialize;
use serde_json::json;

/// What `MessageRow` reads, of the table `messages` by the name `m`.
pub const COLUMNS: &str = "m.id, m.conversation_id, m.sender_id, m.receiver_id, m.content, m.read_at, m.created_at, \
    m.hidden_for_receiver";
const ID_BYTES: usize = 16;

/// A message as it is kept.
#[derive(Debug, Clone)]
pub struct MessageRow {
    pub id: Uuid,
    pub conversation_id: Uuid,
    pub sender_id: Uuid,
    pub receiver_id: Uuid,
    /// Sealed.
    pub content: Vec<u8>,
    pub read_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub hidden_for_receiver: bool,
}

from_row!(MessageRow {
    id,
    conversation_id,
    sender_id,
    receiver_id,
    content,
    read_at,
    created_at,
    hidden_for_receiver
});

/// A message as it is answered.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Message {
    pub id: Uuid,
    pub sender_id: Uuid,
    pub receiver_id: Uuid,
    /// Markdown, as it was written.
    pub content: String,
    pub content_html: String,
    /// By the receiver.
    pub is_read: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_at: Option<Timestamp>,
    pub created_at: Timestamp,
}

impl MessageRow {
    /// Whether it counts among what the receiver has not read.
    pub fn is_unread(&self) -> bool {
        self.read_at.is_none() && !self.hidden_for_receiver
    }

    fn shown(&self, content: String, content_html: String) -> Message {
        Message {
            id: self.id,
            sender_id: self.sender_id,
            receiver_id: self.receiver_id,
            content,
            content_html,
            is_read: self.read_at.is_some(),
            read_at: self.read_at,
            created_at: self.created_at,
        }
    }

    /// What it says. Words that cannot be opened any more are left out and told to the log: the others of the conversation
    /// are still to be read.
    fn open(&self, ctx: &Ctx) -> String {
        let plain = ctx.secrets().open(&self.content).unwrap_or_default();
        let words = plain.split_at_checked(ID_BYTES).filter(|(id, _)| *id == self.id.as_bytes());
        let words = words.and_then(|(_, words)| String::from_utf8(words.to_vec()).ok());
        words.unwrap_or_else(|| {
            ctx.error("a message cannot be opened", &json!({ "id": self.id }));
            String::new()
        })
    }
}

/// Seals what a message says, together with its id: moved into the row of another it does not open.
pub fn seal(ctx: &Ctx, id: Uuid, content: &str) -> Vec<u8> {
    ctx.secrets().seal(&[id.as_bytes(), content.as_bytes()].concat())
}

/// Messages as they are answered, in their order.
pub async fn show<'a>(ctx: &Ctx, rows: impl Iterator<Item = &'a MessageRow> + Clone) -> Vec<Message> {
    let words: Vec<String> = rows.clone().map(|row| row.open(ctx)).collect();
    if words.is_empty() {
        return Vec::new();
    }
    let html = ctx.text().markdown(&words).await;
    rows.zip(words.into_iter().zip(html)).map(|(row, (words, html))| row.shown(words, html)).collect()
}

/// A page of messages as it is answered.
pub async fn show_page(ctx: &Ctx, page: Page<MessageRow>) -> Page<Message> {
    let items = show(ctx, page.items.iter()).await;
    let Page { limit, has_next, next_cursor, total, total_is_capped, .. } = page;
    Page { items, limit, has_next, next_cursor, total, total_is_capped }
}

/// One message as it is answered.
pub async fn show_one(ctx: &Ctx, row: &MessageRow) -> Result<Message, Problem> {
    let mut shown = show(ctx, std::iter::once(row)).await;
    shown.pop().ok_or_else(|| Problem::internal("a message that is not shown"))
}

#[cfg(test)]
mod tests {
    use p2p_sdk::params;
    use serde_json::json;

    use crate::fixture::Mail;

    #[test]
    fn words_in_the_row_of_another_message_are_not_shown() {
        let mail = Mail::new();
        let (first, second) =
            (mail.say(&mail.huda, &mail.omar, "Yes"), mail.say(&mail.huda, &mail.omar, "No"));
        let swap = "UPDATE messages SET content = (SELECT content FROM messages WHERE id = $2) WHERE id = $1";
        assert_eq!(mail.host.execute(swap, params![first, second]), 1);
        let page = mail.history(&mail.omar, &mail.huda, "");
        assert_eq!(Mail::contents(&page), ["No", ""]);
        let errors = mail.host.errors();
        assert!(errors.len() == 1 && errors[0].contains(&first.to_string()), "{errors:?}");
    }

    #[test]
    fn words_that_do_not_open_any_more_leave_the_rest_readable() {
        let mail = Mail::new();
        let first = mail.say(&mail.huda, &mail.omar, "Yes");
        mail.say(&mail.omar, &mail.huda, "No");
        mail.host.execute("UPDATE messages SET content = x'00' WHERE id = $1", params![first]);
        assert_eq!(Mail::contents(&mail.history(&mail.huda, &mail.omar, "")), ["No", ""]);
    }

    #[test]
    fn markup_is_rendered_and_cleaned_beside_the_source() {
        let mail = Mail::new();
        mail.say(&mail.huda, &mail.omar, "a < b <script>alert(1)</script>");
        let page = mail.history(&mail.omar, &mail.huda, "");
        assert_eq!(page["items"][0]["content"], json!("a < b <script>alert(1)</script>"));
        assert!(!page["items"][0]["contentHtml"].as_str().unwrap().contains("<script>"));
    }
}
