//! A post as it is answered: rendered, with a card of its author and the first replies to it.

use p2p_sdk::{People, Person, Timestamp, Uuid};
use serde::Serialize;

use super::dressing::Dressing;
use super::row::PostRow;
use crate::attachments::ShownAttachment;
use crate::replies::{Reply, ReplyRow};

/// A post.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Post<'a> {
    pub id: Uuid,
    pub topic_id: Uuid,
    /// Whether it opens its topic.
    pub is_root: bool,
    /// Markdown, as it was written.
    pub content: &'a str,
    /// The same as HTML that is safe to show.
    pub content_html: &'a str,
    pub author: Person<'a>,
    pub author_id: Uuid,
    pub attachments: &'a [ShownAttachment],
    pub likes: i64,
    /// By the caller.
    pub is_liked: bool,
    /// The first ones; all of them come with the post itself, page by page.
    pub replies: Vec<Reply<'a>>,
    pub reply_count: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edited_at: Option<Timestamp>,
}

/// A post and a page of the replies to it.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct OnePost<'a> {
    #[serde(flatten)]
    pub post: Post<'a>,
    /// The cursor of the next page of replies.
    #[cfg_attr(feature = "describe", schema(required))]
    pub replies_next: Option<String>,
}

impl<'a> Post<'a> {
    /// The post of this row with those of these replies that are to it; none when its text was lost.
    pub fn new(
        row: &PostRow,
        replies: &[ReplyRow],
        best: Option<Uuid>,
        dressing: &'a Dressing,
        authors: &People<'a>,
    ) -> Option<Self> {
        let dressed = dressing.get(row.id)?;
        let own = replies.iter().filter(|reply| reply.post_id == row.id);
        Some(Self {
            id: row.id,
            topic_id: row.topic_id,
            is_root: row.is_root,
            content: dressed.content,
            content_html: dressed.html,
            author: authors.get(row.author_id),
            author_id: row.author_id,
            attachments: dressed.attachments,
            likes: row.likes,
            is_liked: row.is_liked,
            replies: own.filter_map(|reply| Reply::new(reply, best, dressing, authors)).collect(),
            reply_count: row.reply_count,
            created_at: row.created_at,
            updated_at: row.edited_at.unwrap_or(row.created_at),
            edited_at: row.edited_at,
        })
    }
}
