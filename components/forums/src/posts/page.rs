//! Pages of posts, oldest first: rows and documents are asked for at the same time and joined by id; rows decide. A page
//! ends early when its texts grow too long to be answered at once.

use p2p_sdk::host::DocumentError;
use p2p_sdk::{
    Actor, Ctx, Cursor, Document, Page, PageRequest, Params, Problem, Search, Timestamp, Uuid, Version, join,
    params,
};

use super::document::POSTS;
use super::dressing::Dressing;
use super::post::Post;
use super::row::{COLUMNS, PostRow};
use super::texts::{self, Text};
use crate::replies::{self, ReplyRow};

/// What comes with a topic.
pub const FIRST_PAGE: PageRequest = PageRequest { limit: 20, cursor: None, offset: 0, count: false };

/// Names the list in its cursors.
const LIST: &str = "forums.posts";
/// Bytes of Markdown in one answer. As HTML it may grow sixfold, and must still fit into what one call may answer.
const TEXTS_MAX: usize = 512 << 10;

/// Rows of a page and one more, and the documents that were found beside them.
#[derive(Debug)]
pub struct Fetched {
    rows: Vec<PostRow>,
    documents: Vec<Document>,
}

/// Posts, replies and their texts, not rendered yet.
#[derive(Debug)]
pub struct Bare {
    pub posts: Page<PostRow>,
    pub replies: Vec<ReplyRow>,
    pub texts: Vec<Text>,
}

/// Asks both stores for a page of a topic's posts.
pub async fn fetch(ctx: &Ctx, actor: &Actor, topic: Uuid, wanted: &PageRequest) -> Result<Fetched, Problem> {
    let behind = match &wanted.cursor {
        Some(cursor) => Some(cursor.read::<(Timestamp, Uuid)>(LIST)?),
        None => None,
    };
    let (text, values) = select(actor, topic, behind, wanted);
    let mut search = Search::new(wanted.limit + 1).equal("topic_id", &topic).ascending("created_at");
    if let Some((at, id)) = behind {
        search = search.after(&(at,), id);
    }
    let stores = ctx.concurrent();
    let (rows, documents) =
        join(stores.sql().query(&text, &values), stores.documents().find(POSTS, search)).await;
    let documents = match documents {
        // Together they are too much for one answer: each is asked for by its id.
        Err(DocumentError::TooLarge) => Vec::new(),
        found => found?,
    };
    Ok(Fetched { rows: rows?.all()?, documents })
}

fn select(
    actor: &Actor,
    topic: Uuid,
    behind: Option<(Timestamp, Uuid)>,
    wanted: &PageRequest,
) -> (String, Params) {
    let mut values = params![actor.user_id, topic, wanted.fetch(), wanted.offset];
    let mut after = "";
    if let Some((at, id)) = behind {
        values.push(&at);
        values.push(&id);
        after = "AND (p.created_at, p.id) > ($5, $6)";
    }
    let text = format!(
        "SELECT {COLUMNS} FROM posts p WHERE p.topic_id = $2 AND p.status = 'open' {after} \
        ORDER BY p.created_at, p.id LIMIT $3 OFFSET $4"
    );
    (text, values)
}

impl Fetched {
    /// The page, with the first replies of each post and with what was written.
    pub async fn complete(mut self, ctx: &Ctx, actor: &Actor, wanted: &PageRequest) -> Result<Bare, Problem> {
        let more = self.rows.len() > wanted.limit as usize;
        self.rows.truncate(wanted.limit as usize);
        let replies = replies::first_of(ctx, actor, &self.rows).await?;
        Bare::of(ctx, wanted, self.rows, more, replies, self.documents).await
    }
}

impl Bare {
    /// Finds the texts of posts and replies; what is too much for one answer is left to the next page.
    pub async fn of(
        ctx: &Ctx,
        wanted: &PageRequest,
        mut posts: Vec<PostRow>,
        mut more: bool,
        mut replies: Vec<ReplyRow>,
        documents: Vec<Document>,
    ) -> Result<Self, Problem> {
        let of_replies = replies.iter().filter_map(ReplyRow::wanted);
        let all: Vec<_> = posts.iter().map(PostRow::wanted).chain(of_replies).collect();
        let mut texts = texts::find(ctx, &all, documents).await?;
        if let Some(cut) = cut(&mut texts) {
            if let Some(at) = posts.iter().position(|post| post.id == cut) {
                posts.truncate(at);
                replies.clear();
                more = true;
            } else if let Some(at) = replies.iter().position(|reply| reply.id == cut) {
                replies.truncate(at);
            }
        }
        let next = posts.last().filter(|_| more).map(cursor);
        let posts = Page {
            items: posts,
            limit: wanted.limit,
            has_next: more,
            next_cursor: next,
            total: None,
            total_is_capped: None,
        };
        Ok(Self { posts, replies, texts })
    }

    /// A post that is being written.
    pub fn new(post: PostRow, text: Text) -> Self {
        let posts = Page::new(&FIRST_PAGE, vec![post], |_| Cursor::new(LIST, Params::new()));
        Self { posts, replies: Vec::new(), texts: vec![text] }
    }

    /// The version of the first post.
    pub fn version(&self) -> Version {
        self.posts.items.first().map_or(0, |post| post.version)
    }

    /// Renders it and asks who wrote it.
    pub async fn dress(&mut self, ctx: &Ctx, also: Option<Uuid>) -> Result<Dressing, Problem> {
        let of_replies = self.replies.iter().filter(|reply| reply.is_open).map(|reply| reply.author_id);
        let people = self.posts.items.iter().map(|post| post.author_id).chain(of_replies).chain(also);
        Dressing::of(ctx, people, std::mem::take(&mut self.texts)).await
    }

    /// The page as it is answered. A post whose text was lost is left out.
    pub fn show<'a>(&self, dressing: &'a Dressing, best: Option<Uuid>) -> Result<Page<Post<'a>>, Problem> {
        let authors = dressing.authors()?;
        let posts = &self.posts;
        let show = |post: &PostRow| Post::new(post, &self.replies, best, dressing, &authors);
        Ok(Page {
            items: posts.items.iter().filter_map(show).collect(),
            limit: posts.limit,
            has_next: posts.has_next,
            next_cursor: posts.next_cursor.clone(),
            total: posts.total,
            total_is_capped: posts.total_is_capped,
        })
    }
}

fn cursor(last: &PostRow) -> String {
    Cursor::new(LIST, params![last.created_at, last.id]).to_string()
}

/// Drops the texts that are too much for one answer; answers whose is the first of them. One always stays.
fn cut(texts: &mut Vec<Text>) -> Option<Uuid> {
    let mut bytes = 0;
    let at = texts.iter().position(|text| {
        bytes += text.content.len();
        bytes > TEXTS_MAX && bytes > text.content.len()
    })?;
    let cut = texts.get(at).map(|text| text.id);
    texts.truncate(at);
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_never_grows_too_long() {
        let text = |id: u8, bytes: usize| Text {
            id: Uuid::from_bytes([id; 16]),
            content: "x".repeat(bytes),
            attachments: Vec::new(),
        };
        let mut texts = vec![text(1, TEXTS_MAX - 1), text(2, 1), text(3, 1), text(4, 1)];
        assert_eq!(cut(&mut texts), Some(Uuid::from_bytes([3; 16])));
        assert_eq!((texts.len(), cut(&mut texts)), (2, None));
        let mut texts = vec![text(1, TEXTS_MAX + 1), text(2, 1)];
        assert_eq!((cut(&mut texts), texts.len()), (Some(Uuid::from_bytes([2; 16])), 1));
    }
}
