//! Which document takes the next reply to a post: the one that took the last, until it holds so many or so much that it
//! would no longer be read at once.

use serde_json::value::RawValue;

use crate::posts::PostRow;

const REPLIES_MAX: i64 = 500;
const BYTES_MAX: i64 = 128 << 10;

/// Where a reply goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    pub chunk: u32,
    /// The document may not be there yet.
    pub is_new: bool,
}

impl Room {
    /// For a reply of so many bytes.
    pub fn in_post(post: &PostRow, bytes: i64) -> Self {
        let full = post.chunk_replies >= REPLIES_MAX
            || (post.chunk_replies > 0 && post.chunk_bytes + bytes > BYTES_MAX);
        Self { chunk: post.open_chunk + u32::from(full), is_new: full }
    }
}

/// Bytes of a reply as it is stored.
pub fn bytes(part: &RawValue) -> i64 {
    i64::try_from(part.get().len()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use p2p_sdk::{Timestamp, Uuid};

    use super::*;

    fn post(open_chunk: u32, chunk_replies: i64, chunk_bytes: i64) -> PostRow {
        PostRow {
            id: Uuid::NIL,
            topic_id: Uuid::NIL,
            is_root: true,
            author_id: Uuid::NIL,
            organization_id: None,
            revision: Uuid::NIL,
            version: 1,
            likes: 0,
            reply_count: chunk_replies,
            open_chunk,
            chunk_replies,
            chunk_bytes,
            created_at: Timestamp(0),
            edited_at: None,
            is_liked: false,
        }
    }

    #[test]
    fn a_document_takes_so_many_and_so_much() {
        for (open, replies, stored, bytes, chunk) in [
            (0, 0, 0, BYTES_MAX + 1, 0),
            (0, 499, 1_000, 100, 0),
            (0, 500, 1_000, 100, 1),
            (3, 2, BYTES_MAX - 100, 100, 3),
            (3, 2, BYTES_MAX - 100, 101, 4),
        ] {
            let room = Room::in_post(&post(open, replies, stored), bytes);
            assert_eq!(room, Room { chunk, is_new: chunk > open }, "{open} {replies} {stored} {bytes}");
        }
    }
}
