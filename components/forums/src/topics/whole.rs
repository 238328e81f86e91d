//! One topic with what was written in it, as it is answered after opening and reading it.

use p2p_sdk::{Page, People};
use serde::Serialize;

use super::row::Topic;
use crate::posts::Post;

/// A topic and its first posts.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct WholeTopic<'a> {
    #[serde(flatten)]
    pub topic: Topic<'a>,
    /// The root post's: Markdown, as it was written.
    pub content: &'a str,
    /// The same as HTML that is safe to show.
    pub content_html: &'a str,
    /// The first page; the root post leads it.
    pub posts: Posts<'a>,
}

/// A page of posts; by this name the schema's derive refers to it instead of drawing it again.
type Posts<'a> = Page<Post<'a>>;

impl<'a> WholeTopic<'a> {
    /// Puts a topic together.
    pub fn new(mut topic: Topic<'a>, posts: Posts<'a>, authors: &People<'a>) -> Self {
        topic.author = authors.get(topic.created_by);
        let root = posts.items.iter().find(|post| post.is_root);
        let (content, content_html) =
            root.map_or_else(Default::default, |root| (root.content, root.content_html));
        Self { topic, content, content_html, posts }
    }
}
