//! A notification as its reader sees it: in words of their language, with a link and the card of who did it.

use p2p_sdk::{Language, People, Person, Timestamp, Uuid};
use serde::Serialize;

use super::row::Told;
use crate::kind::Kind;
use crate::place;
use crate::words::Said;

/// Something that somebody is told.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Notification<'a> {
    pub id: Uuid,
    #[serde(rename = "type")]
    pub kind: Kind,
    /// One line, in the caller's language.
    pub title: String,
    /// How the text begins, or what it is about.
    pub body: String,
    /// topic, post, reply, use-case, conversation or user.
    pub entity_type: &'a str,
    /// Of a conversation: the other person.
    pub entity_id: Uuid,
    /// A path of the website.
    pub url: String,
    /// Who did it; the last one, where several did.
    #[cfg_attr(feature = "describe", schema(required))]
    pub actor: Option<Person<'a>>,
    /// How often it happened: likes and messages are told as one.
    pub count: i64,
    pub is_read: bool,
    pub created_at: Timestamp,
}

impl<'a> Notification<'a> {
    /// Says it in this language.
    pub fn new(told: Told<'a>, people: &People<'a>, language: Language) -> Self {
        let actor = told.actor_id.map(|id| people.get(id));
        let said = Said {
            kind: told.kind,
            about: told.about,
            actor: actor.as_ref().map(|actor| actor.named(language)),
            subject: told.subject,
            excerpt: told.excerpt,
            count: told.count,
        };
        Self {
            id: told.id,
            kind: told.kind,
            title: said.title(language),
            body: said.body(language),
            entity_type: told.entity_type,
            entity_id: told.entity_id,
            url: place::page(told.kind, told.entity_id, told.container_id),
            actor,
            count: told.count,
            is_read: told.is_read,
            created_at: told.created_at,
        }
    }
}
