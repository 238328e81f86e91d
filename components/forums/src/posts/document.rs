//! A post as it is stored. The root post, which opens a topic, has the topic's id.

use std::borrow::Cow;

use p2p_sdk::{Ctx, Document, Problem, Timestamp, Uuid};
use serde::{Deserialize, Serialize};

/// The collection posts stand in.
pub const COLLECTION: &str = "posts";

/// The body of a post's document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PostDocument<'a> {
    pub topic_id: Uuid,
    pub is_root: bool,
    /// Markdown, as it was written.
    #[serde(borrow)]
    pub content: Cow<'a, str>,
    pub author_id: Uuid,
    pub likes: u64,
    pub reply_count: u64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edited_at: Option<Timestamp>,
}

impl<'a> PostDocument<'a> {
    /// The post that opens a topic.
    pub fn root(topic: Uuid, author: Uuid, content: &'a str, now: Timestamp) -> Self {
        Self {
            topic_id: topic,
            is_root: true,
            content: Cow::Borrowed(content),
            author_id: author,
            likes: 0,
            reply_count: 0,
            created_at: now,
            updated_at: now,
            edited_at: None,
        }
    }

    /// Reads a document. One that does not fit was written by other code: an internal problem.
    pub fn read(document: &'a Document) -> Result<Self, Problem> {
        serde_json::from_slice(&document.body)
            .map_err(|error| Problem::internal(format_args!("post {}: {error}", document.id)))
    }
}

/// Keeps a new post.
pub async fn insert(ctx: &Ctx, id: Uuid, post: &PostDocument<'_>) -> Result<(), Problem> {
    let body = serde_json::to_vec(post).map_err(Problem::internal)?;
    Ok(ctx.documents().insert(COLLECTION, &id.to_string(), body, Vec::new()).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_comes_back_as_it_was_written() {
        let now = "2026-11-23T10:20:30.123456Z".parse().unwrap();
        let post = PostDocument::root(Uuid::NIL, Uuid::from_bytes([7; 16]), "a < b\n\"سلام\"", now);
        let body = serde_json::to_vec(&post).unwrap();
        let document = Document { id: Uuid::NIL.to_string(), version: 1, body };
        assert_eq!(PostDocument::read(&document).unwrap(), post);
        assert!(PostDocument::read(&Document { body: b"{}".to_vec(), ..document }).is_err());
    }
}
