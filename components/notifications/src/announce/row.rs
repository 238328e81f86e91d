//! One row for one person: as they want to be told, with the events that go along. Reads nothing.

use p2p_sdk::{Batch, Timestamp, Uuid, params};
use serde_json::json;

use super::{CREATED, LETTER_DUE, Reason, Thing};
use crate::preferences::{Email, Preferences};

/// Characters of a text that go along.
const EXCERPT_MAX: usize = 200;

const INSERT: &str = "INSERT INTO notifications (id, user_id, organization_id, kind, about, entity_type, entity_id, \
    parent_id, container_id, actor_id, subject, excerpt, is_shown, mail, mail_at, created_at) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)";
/// What follows it for kinds that are renewed. Messages are counted since they were looked at last; a letter about one is
/// followed by no other until then, and one about a best answer by none at all.
const RENEW: &str = " ON CONFLICT (user_id, kind, entity_id) DO UPDATE SET about = excluded.about, \
    actor_id = excluded.actor_id, subject = excluded.subject, excerpt = excluded.excerpt, \
    created_at = excluded.created_at, is_shown = excluded.is_shown, is_read = FALSE, is_gone = FALSE, \
    count = CASE WHEN notifications.kind = 'message' AND (notifications.is_read OR notifications.is_gone) \
        THEN 1 ELSE notifications.count + 1 END, \
    mail = CASE WHEN notifications.kind <> 'bestAnswer' AND (notifications.is_read OR notifications.is_gone) \
        THEN excluded.mail ELSE notifications.mail END, \
    mail_at = CASE WHEN notifications.kind <> 'bestAnswer' AND (notifications.is_read OR notifications.is_gone) \
        THEN excluded.mail_at ELSE notifications.mail_at END, \
    digest_at = CASE WHEN notifications.kind <> 'bestAnswer' AND (notifications.is_read OR notifications.is_gone) \
        THEN NULL ELSE notifications.digest_at END";

/// What is known of a row besides its thing and its reason.
pub struct Row {
    pub id: Uuid,
    /// The reader's.
    pub organization: Option<Uuid>,
    pub preferences: Preferences,
    pub now: Timestamp,
}

impl Row {
    /// Adds it to a batch, with what is told of it; nothing for who wants neither the bell nor mail.
    pub fn add(&self, batch: Batch, thing: &Thing<'_>, reason: Reason) -> Batch {
        let Self { id, organization, now, .. } = *self;
        let Reason { user, kind, about } = reason;
        let ways = self.preferences.of(kind);
        let (mail, waits_since) = match ways.email {
            Email::Instant if kind.letter().is_some() => ("due", None),
            Email::Digest => ("digest", Some(now)),
            Email::Instant | Email::Off => ("none", None),
        };
        if !ways.in_app && mail == "none" {
            return batch;
        }
        let excerpt = excerpt(thing.text);
        let row = params![
            id,
            user,
            organization,
            kind.as_str(),
            about,
            thing.entity_type,
            thing.entity_id,
            thing.parent_id,
            thing.container_id,
            thing.actor,
            thing.subject,
            excerpt,
            ways.in_app,
            mail,
            waits_since,
            now
        ];
        let batch = if kind.is_renewed() {
            batch.run_one(&format!("{INSERT}{RENEW}"), row)
        } else {
            batch.run_one(INSERT, row)
        };
        let batch = if ways.in_app {
            batch.event(CREATED, user, &json!({ "id": id, "userId": user, "type": kind }))
        } else {
            batch
        };
        if mail == "due" { batch.event(LETTER_DUE, user, &json!({ "id": id })) } else { batch }
    }
}

/// How a text begins, cut at a word.
fn excerpt(text: &str) -> String {
    let Some((end, _)) = text.char_indices().nth(EXCERPT_MAX) else { return text.to_owned() };
    let cut = text.get(..end).unwrap_or_default();
    let end = cut.rfind(char::is_whitespace).unwrap_or(cut.len());
    format!("{}…", cut.get(..end).unwrap_or(cut).trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_at_a_word() {
        assert_eq!(excerpt("short"), "short");
        let long = "كلمة ".repeat(60);
        let cut = excerpt(&long);
        assert!(cut.chars().count() <= EXCERPT_MAX + 1 && cut.ends_with("كلمة…"), "{cut}");
        assert_eq!(excerpt(&"x".repeat(300)).chars().count(), EXCERPT_MAX + 1);
    }
}
