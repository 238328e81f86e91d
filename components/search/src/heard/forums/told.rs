//! What the forums tell, and the entry that is made of it.

use p2p_sdk::{Delivery, Timestamp, Uuid};
use serde::Deserialize;

use crate::entries::{Entry, Kind};

/// What the forums tell. What is absent stays as it was.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Told {
    pub id: Uuid,
    pub topic_id: Uuid,
    pub post_id: Option<Uuid>,
    pub author_id: Uuid,
    pub organization_id: Option<Uuid>,
    #[serde(default)]
    visibility: Visibility,
    pub topic_organization_id: Option<Uuid>,
    pub title: Option<String>,
    pub category: Option<String>,
    pub tags: Option<Vec<String>>,
    pub excerpt: Option<String>,
    pub text: Option<String>,
    /// Of a reply that is told again: it answers its topic.
    pub best: Option<bool>,
    pub created_at: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Visibility {
    #[default]
    Network,
    Organization,
}

impl Told {
    /// The organization that alone may see it.
    fn shown_to(&self) -> Option<Uuid> {
        match self.visibility {
            Visibility::Network => None,
            // Of no organization: shown to nobody rather than to all.
            Visibility::Organization => Some(self.topic_organization_id.unwrap_or(Uuid::NIL)),
        }
    }

    /// The entry of what is told, over what was known of it.
    pub fn entry(&self, old: Option<Entry>, kind: Kind, event: &Delivery) -> Entry {
        let new = || Entry::new(self.id, kind, self.author_id, event.committed_at);
        let mut entry = old.unwrap_or_else(new);
        entry.created_at = self.created_at.unwrap_or(entry.created_at);
        entry.topic_id = Some(self.topic_id);
        entry.organization_id = self.organization_id;
        entry.shown_to = self.shown_to();
        if let Some(text) = self.text.as_deref().or(self.excerpt.as_deref().filter(|_| entry.body.is_empty()))
        {
            entry.set_body(text);
        }
        if let Some(title) = &self.title {
            title.clone_into(&mut entry.title);
        }
        entry
    }
}
