//! How much the caller has, and what they made in the last weeks.

use p2p_sdk::{Ctx, Problem, Timestamp, Uuid, Viewer, join, join3, params};
use serde::Serialize;

use crate::bookmarks;
use crate::counters::{self, Counters};
use crate::moments::{week_of, weeks_later};

/// Weeks that are shown, with the present one.
const WEEKS: i64 = 8;
const MADE: &str = "SELECT week, name, value FROM weeks WHERE user_id = $1 AND week >= $2";
const UNREAD: &str = "SELECT count FROM unread WHERE user_id = $1";

/// What somebody has.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct UserStats {
    topics: i64,
    /// Answers to topics.
    posts: i64,
    replies: i64,
    best_answers: i64,
    /// Drafts, published and archived ones.
    use_cases: i64,
    /// Topics and use cases that they keep and may still see.
    bookmarks: i64,
    /// Five for each best answer and published use case, three for a topic, two for a post, one for a reply and for each
    /// like.
    reputation: i64,
    unread_messages: i64,
    weekly: Weekly,
}

/// What they made in each of the last weeks, the oldest first, as far as it is still there.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
struct Weekly {
    /// Mondays, the last one of the present week.
    weeks: Vec<Timestamp>,
    topics: Vec<i64>,
    posts: Vec<i64>,
    replies: Vec<i64>,
    use_cases: Vec<i64>,
}

impl UserStats {
    /// The caller's.
    pub async fn of(ctx: &Ctx) -> Result<Self, Problem> {
        let actor = ctx.actor()?;
        let user = actor.user_id;
        let kept = join(bookmarks::count(ctx, user, Viewer::of(actor)), unread(ctx, user));
        let (counted, weekly, (bookmarks, unread)) =
            join3(Counters::of(ctx, user), Weekly::of(ctx, user), kept).await;
        let counted = counted?;
        Ok(Self {
            topics: counted.get(counters::TOPICS),
            posts: counted.get(counters::POSTS),
            replies: counted.get(counters::REPLIES),
            best_answers: counted.get(counters::BEST_ANSWERS),
            use_cases: counted.use_cases(),
            bookmarks: bookmarks?,
            reputation: reputation(&counted),
            unread_messages: unread?.max(0),
            weekly: weekly?,
        })
    }
}

fn reputation(counted: &Counters) -> i64 {
    let helped = counted.get(counters::BEST_ANSWERS) + counted.get(counters::PUBLISHED);
    5 * helped
        + 3 * counted.get(counters::TOPICS)
        + 2 * counted.get(counters::POSTS)
        + counted.get(counters::REPLIES)
        + counted.get(counters::LIKES)
}

async fn unread(ctx: &Ctx, user: Uuid) -> Result<i64, Problem> {
    Ok(ctx.sql().query(UNREAD, &params![user]).await?.value()?.unwrap_or(0))
}

impl Weekly {
    async fn of(ctx: &Ctx, user: Uuid) -> Result<Self, Problem> {
        let first = weeks_later(week_of(ctx.now()), 1 - WEEKS);
        let rows = ctx.sql().query(MADE, &params![user, first]).await?;
        let made = rows.all::<(Timestamp, &str, i64)>()?;
        let weeks: Vec<_> = (0..WEEKS).map(|later| weeks_later(first, later)).collect();
        let series = |wanted: &dyn Fn(&str) -> bool| {
            let of_week = |week: &Timestamp| {
                let found = made.iter().filter(|(at, name, _)| at == week && wanted(name));
                found.map(|(.., value)| (*value).max(0)).sum()
            };
            weeks.iter().map(of_week).collect::<Vec<i64>>()
        };
        let of_name = |wanted: &'static str| series(&|name: &str| name == wanted);
        let use_cases = [counters::DRAFT, counters::PUBLISHED, counters::ARCHIVED];
        Ok(Self {
            topics: of_name(counters::TOPICS),
            posts: of_name(counters::POSTS),
            replies: of_name(counters::REPLIES),
            use_cases: series(&|name: &str| use_cases.contains(&name)),
            weeks,
        })
    }
}
