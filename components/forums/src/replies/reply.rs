//! A reply as it is answered. Of one that was deleted only its place is shown, as long as others answer to it.

use p2p_sdk::{People, Person, Timestamp, Uuid};
use serde::Serialize;

use super::row::ReplyRow;
use crate::posts::Dressing;

/// A reply to a post.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Reply<'a> {
    pub id: Uuid,
    pub post_id: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_reply_id: Option<Uuid>,
    /// Markdown, as it was written.
    pub content: &'a str,
    /// The same as HTML that is safe to show.
    pub content_html: &'a str,
    pub author: Person<'a>,
    pub author_id: Uuid,
    pub likes: i64,
    /// By the caller.
    pub is_liked: bool,
    pub is_best_answer: bool,
    /// It stays for the sake of those that answer to it.
    pub is_deleted: bool,
    pub created_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edited_at: Option<Timestamp>,
}

impl<'a> Reply<'a> {
    /// The reply of this row; none when its text was lost.
    pub fn new(
        row: &ReplyRow,
        best: Option<Uuid>,
        dressing: &'a Dressing,
        authors: &People<'a>,
    ) -> Option<Self> {
        let (content, html, author) = if row.is_open {
            let dressed = dressing.get(row.id)?;
            (dressed.content, dressed.html, authors.get(row.author_id))
        } else {
            ("", "", Person::former(Uuid::NIL))
        };
        Some(Self {
            id: row.id,
            post_id: row.post_id,
            parent_reply_id: row.parent_id,
            content,
            content_html: html,
            author,
            author_id: author.id,
            likes: if row.is_open { row.likes } else { 0 },
            is_liked: row.is_open && row.is_liked,
            is_best_answer: best == Some(row.id),
            is_deleted: !row.is_open,
            created_at: row.created_at,
            edited_at: row.edited_at.filter(|_| row.is_open),
        })
    }
}
