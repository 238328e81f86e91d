//! `GET /notifications/unread-count`: the number at the bell.

use p2p_sdk::{Ctx, PageRequest, Problem, Request, Response, Uuid, params};
use serde::Serialize;

const COUNT: &str = "SELECT count(*) FROM (SELECT 1 FROM notifications \
    WHERE user_id = $1 AND is_shown AND NOT is_read LIMIT $2) AS counted";

/// How many are unread.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
pub struct UnreadCount {
    /// Counted to 10 001.
    pub count: i64,
}

/// Counts the caller's.
pub async fn count(ctx: &Ctx, _: Request) -> Result<Response, Problem> {
    Ok(Response::ok(&of(ctx, ctx.actor()?.user_id).await?))
}

/// Counts somebody's.
pub async fn of(ctx: &Ctx, user: Uuid) -> Result<UnreadCount, Problem> {
    let rows = ctx.sql().query(COUNT, &params![user, PageRequest::count_limit()]).await?;
    Ok(UnreadCount { count: rows.value()?.unwrap_or(0) })
}

#[cfg(test)]
mod tests {
    use crate::fixture::Network;

    #[test]
    fn everybody_counts_their_own() {
        let network = Network::new();
        network.topic_with_replies(3);
        assert_eq!([&network.huda, &network.omar, &network.sara].map(|by| network.unread(by)), [3, 0, 0]);
        assert_eq!(network.host.get("/notifications/unread-count").send().status, 401);
    }

    #[test]
    fn the_count_looks_at_unread_ones_alone() {
        let plan = Network::new().plan(super::COUNT, &p2p_sdk::params![p2p_sdk::Uuid::NIL, 1]);
        assert!(plan.contains("INDEX notifications_unread (user_id=?)"), "{plan}");
    }
}
