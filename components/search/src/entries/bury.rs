//! What was deleted is found no longer, nor is anything below it. Its row stays as a tombstone without a word of it.

use p2p_sdk::host::Dialect;
use p2p_sdk::{Batch, Uuid, params};

/// What goes with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Below {
    /// Nothing else.
    Nothing,
    /// It is a post: its replies.
    Post,
    /// It is a topic: everything in it.
    Topic,
}

impl Below {
    const fn column(self) -> &'static str {
        match self {
            Self::Nothing => "id",
            Self::Post => "post_id",
            Self::Topic => "topic_id",
        }
    }
}

/// Adds to a batch that this is found no longer.
pub fn bury(batch: Batch, dialect: Dialect, id: Uuid, below: Below) -> Batch {
    let column = below.column();
    let (batch, words) = match dialect {
        Dialect::Sqlite => {
            let silence = format!(
                "DELETE FROM entry_words WHERE rowid IN (SELECT number FROM entries WHERE {column} = $1 AND gone = FALSE)"
            );
            (batch.run(&silence, params![id]), "")
        }
        Dialect::Postgres => (batch, ", words = NULL"),
    };
    let text = format!(
        "UPDATE entries SET gone = TRUE, title = '', body = '', tags = '', technologies = ''{words} \
        WHERE {column} = $1 AND gone = FALSE"
    );
    batch.run(&text, params![id])
}
