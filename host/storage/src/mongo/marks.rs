//! What a write leaves in a document beside its body, under `_p2p`: the version, events on their way out, the events
//! that were handled. Field names stand here and nowhere else.

use std::net::IpAddr;

use mongodb::bson::{self, Binary, Bson, Document, doc, spec::BinarySubtype};
use p2p_context::{Origin, Timestamp, new_uuid};
use serde_json::Value;
use uuid::Uuid;

use super::bodies;
use super::errors::damaged;
use crate::ports::documents::DocumentError;
use crate::ports::events::{Event, OutboxEvent};

/// Everything that is not the body.
pub const MARKS: &str = "_p2p";
pub const VERSION: &str = "_p2p.version";
/// So many bytes the body has at most, as text. Writes that read nothing add what they bring; those that read it put it right.
pub const BYTES: &str = "_p2p.bytes";
/// Made with each insert: a document that was deleted and inserted again is another, though its version may be equal.
pub const BIRTH: &str = "_p2p.birth";
/// There and true where the body was deleted and the marks still wait.
pub const DELETED: &str = "_p2p.deleted";
pub const EVENTS: &str = "_p2p.events";
pub const EVENT_ID: &str = "_p2p.events.id";
pub const POSITION: &str = "_p2p.events.position";
pub const HANDLED: &str = "_p2p.handled";
pub const HANDLED_ID: &str = "_p2p.handled.id";
pub const HANDLED_AT: &str = "_p2p.handled.at";

/// Handled events that one document remembers. Deliveries come in order, so that a redelivery is among the newest.
pub const HANDLED_MOST: i32 = 200;

/// A document as it is kept.
pub struct Kept {
    pub version: i64,
    pub birth: Bson,
    /// None: it was last written before lengths were kept.
    pub bytes: Option<i64>,
    pub body: Value,
    pub has_events: bool,
    /// With when.
    pub handled: Vec<(Uuid, Timestamp)>,
}

/// What a write adds.
#[derive(Default)]
pub struct Marks {
    pub events: Vec<Bson>,
    pub handled: Option<Bson>,
}

impl Marks {
    /// Nothing to leave behind.
    pub fn is_empty(&self) -> bool {
        self.events.is_empty() && self.handled.is_none()
    }

    /// As steps of an update: appended, the oldest handled ones forgotten.
    pub fn pushes(self) -> Document {
        let mut pushes = Document::new();
        if !self.events.is_empty() {
            pushes.insert(EVENTS, doc! { "$each": self.events });
        }
        if let Some(handled) = self.handled {
            pushes.insert(HANDLED, doc! { "$each": [handled], "$slice": -HANDLED_MOST });
        }
        pushes
    }
}

/// The marks of a new document of so many bytes.
pub fn fresh(marks: Marks, bytes: i64) -> Document {
    let mut fresh = doc! { "version": 1_i64, "birth": uuid(new_uuid()), "bytes": bytes };
    if !marks.events.is_empty() {
        fresh.insert("events", marks.events);
    }
    if let Some(handled) = marks.handled {
        fresh.insert("handled", vec![handled]);
    }
    fresh
}

/// An event on its way out.
pub fn event(event: &Event, position: i64, at: Timestamp, origin: &Origin) -> Bson {
    let payload = Binary { subtype: BinarySubtype::Generic, bytes: event.payload.clone() };
    let mut kept = doc! {
        "id": uuid(new_uuid()), "position": position, "at": at.0,
        "topic": &event.topic, "key": &event.key, "payload": payload,
    };
    if let Some(request) = &origin.request {
        kept.insert("request", request);
    }
    if let Some(address) = origin.address {
        kept.insert("address", address.to_string());
    }
    if let Some(user) = origin.user {
        kept.insert("user", uuid(user));
    }
    Bson::Document(kept)
}

/// The record of a handled event.
pub fn handled(event: Uuid, at: Timestamp) -> Bson {
    Bson::Document(doc! { "id": uuid(event), "at": at.0 })
}

/// An id of ours in BSON.
pub fn uuid(id: Uuid) -> Bson {
    Bson::from(bson::Uuid::from_bytes(id.into_bytes()))
}

/// Takes a document apart.
pub fn read(mut document: Document) -> Result<Kept, DocumentError> {
    document.remove("_id");
    let Some(Bson::Document(marks)) = document.remove(MARKS) else { return Err(damaged("no marks")) };
    let handled = marks.get_array("handled").map(Vec::as_slice).unwrap_or_default();
    Ok(Kept {
        version: marks.get_i64("version").map_err(|_| damaged("no version"))?,
        bytes: marks.get_i64("bytes").ok(),
        birth: marks.get("birth").cloned().unwrap_or(Bson::Null),
        has_events: marks.get_array("events").is_ok_and(|events| !events.is_empty()),
        handled: handled.iter().filter_map(read_handled).collect(),
        body: Value::Object(bodies::to_members(document)?),
    })
}

fn read_handled(kept: &Bson) -> Option<(Uuid, Timestamp)> {
    let kept = kept.as_document()?;
    Some((read_uuid(kept.get("id")?)?, Timestamp(kept.get_i64("at").ok()?)))
}

/// The events of a document.
pub fn read_events(document: &Document) -> Result<Vec<OutboxEvent>, DocumentError> {
    let Ok(events) = document.get_document(MARKS).and_then(|marks| marks.get_array("events")) else {
        return Ok(Vec::new());
    };
    let read = |kept: &Bson| kept.as_document().and_then(read_event).ok_or_else(|| damaged("an event"));
    events.iter().map(read).collect()
}

fn read_event(kept: &Document) -> Option<OutboxEvent> {
    let text = |name| kept.get_str(name).ok();
    Some(OutboxEvent {
        id: read_uuid(kept.get("id")?)?,
        position: kept.get_i64("position").ok()?,
        committed_at: Timestamp(kept.get_i64("at").ok()?),
        channel_seq: None,
        event: Event {
            topic: text("topic")?.to_owned(),
            key: text("key")?.to_owned(),
            payload: kept.get_binary_generic("payload").ok()?.clone(),
        },
        origin: Origin {
            request: text("request").map(str::to_owned),
            address: text("address").and_then(|address| address.parse::<IpAddr>().ok()),
            user: kept.get("user").and_then(read_uuid),
        },
    })
}

fn read_uuid(kept: &Bson) -> Option<Uuid> {
    match kept {
        Bson::Binary(binary) => Uuid::from_slice(&binary.bytes).ok(),
        _ => None,
    }
}
