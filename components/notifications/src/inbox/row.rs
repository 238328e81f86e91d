//! A notification as its row tells it, and who is in it.

use p2p_sdk::{Timestamp, Uuid, from_row};

use crate::kind::Kind;

/// What `Told` reads, in this order.
pub const COLUMNS: &str = "id, kind, about, entity_type, entity_id, container_id, actor_id, subject, excerpt, count, \
    is_read, created_at";

/// A row, borrowed from the store's answer.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    pub id: Uuid,
    pub kind: Kind,
    pub about: &'a str,
    pub entity_type: &'a str,
    pub entity_id: Uuid,
    pub container_id: Option<Uuid>,
    pub actor_id: Option<Uuid>,
    pub subject: &'a str,
    pub excerpt: &'a str,
    pub count: i64,
    pub is_read: bool,
    pub created_at: Timestamp,
}
from_row!(Told<'a> {
    id, kind, about, entity_type, entity_id, container_id, actor_id, subject, excerpt, count, is_read, created_at
});
