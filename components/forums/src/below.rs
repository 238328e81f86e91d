//! What goes along when a topic or a post is deleted: how many posts and replies of whom. Told with the event, for those who
//! count; read in one look together with the number that the deleting commit then holds to.

use p2p_sdk::{Ctx, FromRow, Problem, Row, RowError, Uuid, params};
use serde::Serialize;

/// Authors that are told of. An event has no room for more than about as many; those with the fewest are left out.
const AUTHORS: u32 = 400;
const OF_TOPIC: &str = "SELECT t.reply_count, b.author_id, b.organization_id, b.posts, b.replies FROM topics t LEFT JOIN (\
    SELECT author_id, organization_id, CAST(sum(posts) AS BIGINT) AS posts, CAST(sum(replies) AS BIGINT) AS replies FROM (\
        SELECT p.author_id, p.organization_id, 1 AS posts, 0 AS replies FROM posts p \
        WHERE p.topic_id = $1 AND p.status = 'open' AND NOT p.is_root \
        UNION ALL SELECT r.author_id, r.organization_id, 0, 1 FROM replies r JOIN posts p ON p.id = r.post_id \
        WHERE p.topic_id = $1 AND p.status = 'open' AND r.status = 'open'\
    ) AS each_of_them GROUP BY author_id, organization_id\
    ) AS b ON 1 = 1 WHERE t.id = $1 ORDER BY b.posts + b.replies DESC LIMIT $2";
const OF_POST: &str = "SELECT p.reply_count, b.author_id, b.organization_id, b.posts, b.replies FROM posts p LEFT JOIN (\
    SELECT r.author_id, r.organization_id, CAST(0 AS BIGINT) AS posts, count(*) AS replies FROM replies r \
    WHERE r.post_id = $1 AND r.status = 'open' GROUP BY r.author_id, r.organization_id\
    ) AS b ON 1 = 1 WHERE p.id = $1 ORDER BY b.replies DESC LIMIT $2";

/// Of one author.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Share {
    pub author_id: Uuid,
    pub organization_id: Option<Uuid>,
    pub posts: i64,
    pub replies: i64,
}

/// See the module.
#[derive(Debug, Default)]
pub struct Below {
    /// How many posts and replies there were in all.
    pub count: i64,
    pub shares: Vec<Share>,
}

impl Below {
    /// All posts but the root, and all replies of a topic.
    pub async fn topic(ctx: &Ctx, id: Uuid) -> Result<Self, Problem> {
        Self::read(ctx, OF_TOPIC, id).await
    }

    /// All replies of a post.
    pub async fn post(ctx: &Ctx, id: Uuid) -> Result<Self, Problem> {
        Self::read(ctx, OF_POST, id).await
    }

    async fn read(ctx: &Ctx, text: &str, id: Uuid) -> Result<Self, Problem> {
        let rows = ctx.sql().query(text, &params![id, i64::from(AUTHORS)]).await?;
        let mut below = Self::default();
        for line in rows.all::<Line>()? {
            below.count = line.count;
            below.shares.extend(line.share);
        }
        Ok(below)
    }
}

struct Line {
    count: i64,
    /// None: nobody wrote anything.
    share: Option<Share>,
}

impl<'a> FromRow<'a> for Line {
    fn from_row(row: &mut Row<'a>) -> Result<Self, RowError> {
        let count = row.get()?;
        let author: Option<Uuid> = row.get()?;
        let organization_id = row.get()?;
        let (posts, replies): (Option<i64>, Option<i64>) = (row.get()?, row.get()?);
        let share = author.map(|author_id| Share {
            author_id,
            organization_id,
            posts: posts.unwrap_or_default(),
            replies: replies.unwrap_or_default(),
        });
        Ok(Self { count, share })
    }
}
