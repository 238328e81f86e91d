//! Keeps an activity: its row in the commit of what it belongs to, its document by the event that this commit leaves.

use p2p_sdk::host::DocumentError;
use p2p_sdk::{Batch, Ctx, Delivery, Heard, Timestamp, Uuid, params};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::ACTIVITIES;
use super::action::Action;
use crate::things::Thing;

/// An activity has a row and is to have a document.
pub const NOTED: &str = "dashboard.activity.noted";

/// Only around what is there; what comes again is kept as it was.
const AROUND: &str = "INSERT INTO activities \
    (id, user_id, organization_id, action, entity_type, entity_id, root_id, audience, created_at) \
    SELECT $2, $3, $4, $5, $6, id, root_id, $7, $8 FROM things WHERE id = $1 AND status <> 'deleted' \
    ON CONFLICT (id) DO NOTHING";
const PERSONAL: &str = "INSERT INTO activities \
    (id, user_id, organization_id, action, entity_type, entity_id, root_id, audience, created_at) \
    VALUES ($2, $3, $4, $5, $6, $1, NULL, $7, $8) ON CONFLICT (id) DO NOTHING";
const FORGET: &str = "DELETE FROM activities WHERE id = $1";

/// An activity that is to be kept.
#[derive(Debug)]
pub struct Note {
    pub id: Uuid,
    pub action: Action,
    pub entity_id: Uuid,
    /// It is about a thing, which decides who sees it.
    pub is_around: bool,
    pub user_id: Uuid,
    pub organization_id: Option<Uuid>,
    /// What else is known. No words that people wrote: those may change, and then are shown as they are.
    pub metadata: Map<String, Value>,
    pub at: Timestamp,
}

/// The body of a document, with the seed's names.
#[derive(Debug, Serialize, Deserialize)]
struct Body {
    user_id: Uuid,
    organization_id: Option<Uuid>,
    action_type: Action,
    entity_type: String,
    entity_id: Uuid,
    metadata: Map<String, Value>,
    created_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct Noted {
    id: Uuid,
    activity: Body,
}

impl Note {
    /// Its author did this with a thing.
    pub fn of(thing: &Thing<'_>, action: Action, at: Timestamp) -> Self {
        let who = (thing.author_id, thing.organization_id);
        Self { is_around: true, ..Self::personal(action, thing.id, who, at) }
    }

    /// Somebody, of an organization, did something that is about no thing.
    pub fn personal(action: Action, entity: Uuid, who: (Uuid, Option<Uuid>), at: Timestamp) -> Self {
        Self {
            id: action.id(entity),
            action,
            entity_id: entity,
            is_around: false,
            user_id: who.0,
            organization_id: who.1,
            metadata: Map::new(),
            at,
        }
    }

    /// Knows this too, if it is anything.
    #[must_use]
    pub fn knowing(mut self, name: &str, value: Option<impl Into<Value>>) -> Self {
        if let Some(value) = value {
            self.metadata.insert(name.to_owned(), value.into());
        }
        self
    }
}

/// Adds an activity to a batch. Stands behind the statements that make the thing it is about.
pub fn note(batch: Batch, note: &Note) -> Batch {
    let Note { id, action, entity_id, user_id, organization_id, at, .. } = *note;
    let (name, entity_type, audience) = (action.as_str(), action.entity_type(), action.audience());
    let row = params![entity_id, id, user_id, organization_id, name, entity_type, audience, at];
    let activity = Body {
        user_id,
        organization_id,
        action_type: action,
        entity_type: entity_type.to_owned(),
        entity_id,
        metadata: note.metadata.clone(),
        created_at: at,
    };
    let text = if note.is_around { AROUND } else { PERSONAL };
    batch.run(text, row).event(NOTED, id, &Noted { id, activity })
}

/// Takes one back. Its document stays and is shown to nobody.
pub fn forget(batch: Batch, action: Action, entity: Uuid) -> Batch {
    batch.run(FORGET, params![action.id(entity)])
}

/// Keeps the document of an activity.
pub async fn keep(ctx: &Ctx, event: Delivery) -> Heard {
    let Noted { id, activity } = event.read()?;
    let body = serde_json::to_vec(&activity).map_err(p2p_sdk::Problem::internal)?;
    match ctx.documents().insert(ACTIVITIES, &id.to_string(), body, Vec::new()).await {
        // It was told again.
        Ok(()) | Err(DocumentError::Exists) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use p2p_sdk::params;
    use serde_json::{Value, json};

    use crate::fixture::Board;

    #[test]
    fn the_document_has_the_fields_of_the_seed() {
        let board = Board::new();
        let at = board.host.now();
        let topic = board.topic(&board.layla, "Pump P-101");
        let body = "SELECT body FROM p2p_documents WHERE collection = 'activities'";
        let body = board.host.query(body, &params![]).value::<Vec<u8>>().unwrap().unwrap();
        assert_eq!(
            serde_json::from_slice::<Value>(&body).unwrap(),
            json!({
                "user_id": board.layla.user_id, "organization_id": board.layla.organization_id,
                "action_type": "topic_created", "entity_type": "forum", "entity_id": topic,
                "metadata": { "topicId": topic, "category": "general" }, "created_at": at,
            })
        );
    }
}
