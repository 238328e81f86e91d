//! Pages of posts, oldest first, as they are answered: rendered, with cards of their authors.

use std::borrow::Cow;

use p2p_sdk::{Cursor, Document, Page, PageRequest, Problem, Search, Timestamp, Uuid, params};
use serde::Serialize;

use super::PostDocument;
use crate::authors::{Author, Authors};

/// What comes with a topic. Contents of that many posts fit into one call of the renderer, however long they are.
pub const FIRST_PAGE: PageRequest = PageRequest { limit: 20, cursor: None, offset: 0, count: false };

/// Names the list in its cursors.
const LIST: &str = "forums.posts";

/// A post.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Post<'a> {
    pub id: Uuid,
    pub topic_id: Uuid,
    /// Whether it opens its topic.
    pub is_root: bool,
    /// Markdown, as it was written.
    pub content: Cow<'a, str>,
    /// The same as HTML that is safe to show.
    pub content_html: &'a str,
    pub author: Author<'a>,
    pub author_id: Uuid,
    #[cfg_attr(feature = "describe", schema(value_type = Vec<Object>))]
    pub attachments: [(); 0],
    pub likes: u64,
    pub is_liked: bool,
    #[cfg_attr(feature = "describe", schema(value_type = Vec<Object>))]
    pub replies: [(); 0],
    pub reply_count: u64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edited_at: Option<Timestamp>,
}

/// A post and its id, not rendered yet.
#[derive(Debug)]
pub struct Written<'a> {
    pub id: Uuid,
    pub document: PostDocument<'a>,
}

/// Finds the first page of a topic's posts.
pub fn first_page(topic: Uuid) -> Search {
    Search::new(FIRST_PAGE.limit + 1).equal("topicId", &topic).ascending("createdAt")
}

impl<'a> Written<'a> {
    /// The page that these posts are: `wanted.limit` of them and one more at most.
    pub fn page(wanted: &PageRequest, posts: Vec<Self>) -> Page<Self> {
        Page::new(wanted, posts, |last| Cursor::new(LIST, params![last.document.created_at, last.id]))
    }

    /// Reads a document.
    pub fn read(document: &'a Document) -> Result<Self, Problem> {
        let id = document.id.parse().map_err(|_| Problem::internal(format_args!("post {}", document.id)))?;
        Ok(Self { id, document: PostDocument::read(document)? })
    }

    /// The post as it is answered; `html` is its content, rendered.
    pub fn show(self, html: &'a str, authors: &Authors<'a>) -> Post<'a> {
        let Self { id, document } = self;
        Post {
            id,
            topic_id: document.topic_id,
            is_root: document.is_root,
            content: document.content,
            content_html: html,
            author: authors.get(document.author_id),
            author_id: document.author_id,
            attachments: [],
            likes: document.likes,
            is_liked: false,
            replies: [],
            reply_count: document.reply_count,
            created_at: document.created_at,
            updated_at: document.updated_at,
            edited_at: document.edited_at,
        }
    }
}
