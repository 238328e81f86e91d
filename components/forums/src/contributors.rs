//! How much everybody did that is still there: kept with each deed, in its own commit, so that the list of those who did
//! most is read from one table.

mod list;

use p2p_sdk::{Batch, Feature, Page, Uuid, get, params};

use list::Contributor;

/// What counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// A topic was opened. Its root post is no post.
    Topic,
    /// A post was written.
    Post,
    /// A reply was written.
    Reply,
    /// A reply was chosen as the best answer.
    BestAnswer,
    /// Something of theirs was liked.
    Like,
}

/// What is deleted with everything in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gone {
    /// A topic, its posts and their replies.
    Topic,
    /// A post and its replies.
    Post,
    /// A reply.
    Reply,
}

impl Deed {
    const fn column(self) -> &'static str {
        match self {
            Self::Topic => "topics",
            Self::Post => "posts",
            Self::Reply => "replies",
            Self::BestAnswer => "best_answers",
            Self::Like => "likes",
        }
    }
}

/// Counts a deed of somebody, or with `-1` takes it back.
pub fn credit(batch: Batch, user: Uuid, organization: Option<Uuid>, deed: Deed, by: i64) -> Batch {
    let column = deed.column();
    let text = format!(
        "INSERT INTO contributors (user_id, organization_id, {column}) VALUES ($1, $2, $3) \
        ON CONFLICT (user_id) DO UPDATE SET {column} = contributors.{column} + excluded.{column}, \
        organization_id = COALESCE(excluded.organization_id, contributors.organization_id)"
    );
    batch.run_one(&text, params![user, organization, by])
}

/// Takes back every deed in what is deleted, of everybody: what was written, likes of it, and the best answer. Stands in
/// the batch before the statements that mark it as deleted and that withdraw the best answer.
pub fn withdraw(batch: Batch, gone: Gone, id: Uuid) -> Batch {
    let (posts, replies) = match gone {
        Gone::Topic => ("p.topic_id = $1", "p.topic_id = $1"),
        Gone::Post => ("p.id = $1", "p.id = $1"),
        Gone::Reply => ("1 = 0", "r.id = $1"),
    };
    let text = format!(
        "UPDATE contributors SET topics = contributors.topics - gone.topics, \
        posts = contributors.posts - gone.posts, replies = contributors.replies - gone.replies, \
        best_answers = contributors.best_answers - gone.best_answers, \
        likes = contributors.likes - gone.likes FROM (\
            SELECT author_id, CAST(sum(topics) AS BIGINT) AS topics, CAST(sum(posts) AS BIGINT) AS posts, \
            CAST(sum(replies) AS BIGINT) AS replies, CAST(sum(best_answers) AS BIGINT) AS best_answers, \
            CAST(sum(likes) AS BIGINT) AS likes FROM (\
                SELECT p.author_id, CASE WHEN p.is_root THEN 1 ELSE 0 END AS topics, \
                CASE WHEN p.is_root THEN 0 ELSE 1 END AS posts, 0 AS replies, 0 AS best_answers, p.likes \
                FROM posts p WHERE p.status = 'open' AND {posts} \
                UNION ALL \
                SELECT r.author_id, 0, 0, 1, CASE WHEN t.best_reply_id = r.id THEN 1 ELSE 0 END, r.likes \
                FROM replies r JOIN posts p ON p.id = r.post_id JOIN topics t ON t.id = p.topic_id \
                WHERE r.status = 'open' AND p.status = 'open' AND {replies}\
            ) AS deeds GROUP BY author_id\
        ) AS gone WHERE contributors.user_id = gone.author_id"
    );
    batch.run(&text, params![id])
}

/// What contributors add to the feature.
pub fn routes(feature: Feature) -> Feature {
    feature.route(
        get("/forums/contributors", list::list)
            .summary("Those who did most, the first ones first.")
            .paged()
            .answers::<Page<Contributor<'static>>>(200),
    )
}
