//! One topic with what was written in it, as it is answered after opening and reading it.

use std::borrow::Cow;

use p2p_sdk::{Ctx, Page, Problem, Rows};
use serde::Serialize;

use super::row::Topic;
use crate::authors::{self, Authors};
use crate::posts::{Post, Written};

/// A topic and its first posts.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct WholeTopic<'a> {
    #[serde(flatten)]
    pub topic: Topic<'a>,
    /// The root post's: Markdown, as it was written.
    pub content: Cow<'a, str>,
    /// The same as HTML that is safe to show.
    pub content_html: &'a str,
    /// The first page; the root post leads it.
    pub posts: Posts<'a>,
}

/// A page of posts; by this name the schema's derive refers to it instead of drawing it again.
type Posts<'a> = Page<Post<'a>>;

/// What the host adds to a topic: cards of who wrote in it, and the posts rendered, in their order.
#[derive(Debug)]
pub struct Dressing {
    cards: Rows,
    html: Vec<String>,
}

impl Dressing {
    /// Asks once for all cards and once for all posts.
    pub async fn of(ctx: &Ctx, topic: &Topic<'_>, posts: &Page<Written<'_>>) -> Result<Self, Problem> {
        let people = posts.items.iter().map(|post| post.document.author_id);
        let cards = authors::ask(ctx, people.chain([topic.created_by])).await?;
        let sources = posts.items.iter().map(|post| post.document.content.clone().into_owned()).collect();
        Ok(Self { cards, html: ctx.text().markdown(sources).await })
    }
}

impl<'a> WholeTopic<'a> {
    /// Puts a topic together.
    pub fn new(
        mut topic: Topic<'a>,
        posts: Page<Written<'a>>,
        dressing: &'a Dressing,
    ) -> Result<Self, Problem> {
        let authors = Authors::read(&dressing.cards)?;
        topic.author = authors.get(topic.created_by);
        let mut html = dressing.html.iter().map(String::as_str);
        let posts = posts.map(|post| post.show(html.next().unwrap_or_default(), &authors));
        let root = posts.items.iter().find(|post| post.is_root);
        let (content, content_html) =
            root.map_or_else(Default::default, |root| (root.content.clone(), root.content_html));
        Ok(Self { topic, content, content_html, posts })
    }
}
