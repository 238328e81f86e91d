//! What people wrote, as it is stored: a post with the first replies to it, and chunks with those that no longer fit in.
//! The root post, which opens a topic, has the topic's id. That any of it exists is said by rows; see `PostRow`.

use std::borrow::Cow;

use p2p_sdk::{Change, Ctx, Problem, Timestamp, Uuid};
use serde::{Deserialize, Serialize};

use crate::attachments::Attachment;

/// Posts, each with its chunk 0 of replies.
pub const POSTS: &str = "posts";
/// Further replies of a post, by post and number.
pub const CHUNKS: &str = "reply_chunks";

/// The body of a post's document.
#[derive(Debug, Clone, Serialize)]
pub struct PostDocument<'a> {
    pub topic_id: Uuid,
    pub is_root: bool,
    /// Markdown, as it was written.
    pub content: &'a str,
    /// Which text it is; the first is called as its post.
    pub revision: Uuid,
    pub author_id: Uuid,
    pub attachments: &'a [Attachment],
    pub replies: [(); 0],
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// When anything was written into it.
    pub touched_at: Timestamp,
}

/// A reply within a document.
#[derive(Debug, Clone, Serialize)]
pub struct ReplyPart<'a> {
    pub id: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_reply_id: Option<Uuid>,
    pub content: &'a str,
    pub revision: Uuid,
    pub author_id: Uuid,
    pub created_at: Timestamp,
}

/// The body of a chunk, before the first reply comes into it.
#[derive(Debug, Clone, Serialize)]
pub struct Chunk {
    pub post_id: Uuid,
    pub replies: [(); 0],
    pub created_at: Timestamp,
    pub touched_at: Timestamp,
}

/// Any of these documents, or a reply in one, or a revision, as far as readers need it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Stored<'a> {
    /// A reply's.
    pub id: Uuid,
    #[serde(borrow)]
    pub content: Cow<'a, str>,
    /// None: a post that was written before texts were called anything.
    pub revision: Option<Uuid>,
    pub attachments: Vec<Attachment>,
    #[serde(borrow)]
    pub replies: Vec<Stored<'a>>,
}

/// When a document was written: a revision once, others again and again.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Written {
    pub created_at: Timestamp,
    pub touched_at: Timestamp,
}

impl<'a> PostDocument<'a> {
    /// A new post.
    pub fn new(id: Uuid, topic_id: Uuid, author_id: Uuid, content: &'a str, now: Timestamp) -> Self {
        Self {
            topic_id,
            is_root: id == topic_id,
            content,
            revision: id,
            author_id,
            attachments: &[],
            replies: [],
            created_at: now,
            updated_at: now,
            touched_at: now,
        }
    }
}

/// Collection and id of the document that holds a chunk of a post's replies.
pub fn place(post: Uuid, chunk: u32) -> (&'static str, String) {
    if chunk == 0 { (POSTS, post.to_string()) } else { (CHUNKS, format!("{post}:{chunk}")) }
}

/// The post, and which chunk of the replies to it, that a document of this id holds.
pub fn held(id: &str) -> Option<(Uuid, u32)> {
    let (post, chunk) = id.split_once(':').unwrap_or((id, "0"));
    Some((post.parse().ok()?, chunk.parse().ok()?))
}

/// Keeps a new document.
pub async fn insert(ctx: &Ctx, (collection, id): (&str, &str), body: &impl Serialize) -> Result<(), Problem> {
    let body = serde_json::to_vec(body).map_err(Problem::internal)?;
    Ok(ctx.documents().insert(collection, id, body, Vec::new()).await?)
}

/// The change that says when a document was written to.
pub fn touched(now: Timestamp) -> Change {
    Change::set("touched_at", &now)
}

#[cfg(test)]
mod tests {
    use p2p_sdk::Document;

    use super::*;

    const ID: Uuid = Uuid::from_bytes([7; 16]);

    fn now() -> Timestamp {
        "2026-11-23T10:20:30.123456Z".parse().unwrap()
    }

    fn stored(body: &impl Serialize) -> Document {
        Document { id: ID.to_string(), version: 1, body: serde_json::to_vec(body).unwrap() }
    }

    #[test]
    fn a_text_comes_back_as_it_was_written() {
        let document = stored(&PostDocument::new(ID, Uuid::NIL, ID, "a < b\n\"سلام\"", now()));
        let read = document.read::<Stored<'_>>().unwrap();
        assert_eq!((read.content.as_ref(), read.revision), ("a < b\n\"سلام\"", Some(ID)));
        for foreign in [&b"7"[..], b"{\"content\":\"\xff\"}"] {
            let foreign = Document { body: foreign.to_vec(), ..document.clone() };
            assert!(foreign.read::<Stored<'_>>().is_err());
        }
    }

    #[test]
    fn an_id_says_what_its_document_holds() {
        for chunk in [0, 1, 70_000] {
            assert_eq!(held(&place(ID, chunk).1), Some((ID, chunk)));
        }
        for other in ["", ":1", "x", &format!("{ID}:"), &format!("{ID}:x"), &format!("{ID}:1:1")] {
            assert_eq!(held(other), None, "{other}");
        }
    }

    #[test]
    fn documents_of_before_are_read() {
        let old = serde_json::json!({ "topicId": ID, "isRoot": true, "content": "x", "authorId": ID, "likes": 0,
            "replyCount": 0, "createdAt": now(), "updatedAt": now() });
        let document = stored(&old);
        let read = document.read::<Stored<'_>>().unwrap();
        assert_eq!((read.content.as_ref(), read.revision, read.replies.len()), ("x", None, 0));
    }
}
