//! Whom somebody does not want to hear from. Neither writes to the other then; what was written before stays readable.

mod list;
mod switch;

use p2p_sdk::{Code, Ctx, Feature, Page, Problem, delete, get, params, put};

use crate::pair::Pair;
use list::Blocked;

const BETWEEN: &str = "SELECT count(*) FROM blocks b WHERE (b.user_id = $1 AND b.blocked_id = $2) \
    OR (b.user_id = $2 AND b.blocked_id = $1)";

/// 403 when one of the two does not want to hear from the other.
pub async fn check(ctx: &Ctx, pair: &Pair) -> Result<(), Problem> {
    let found = ctx.sql().query(BETWEEN, &params![pair.low, pair.high]).await?;
    if found.value::<i64>()?.unwrap_or(0) > 0 { Err(Problem::new(Code::Blocked)) } else { Ok(()) }
}

/// What blocks add to the feature.
pub fn routes(feature: Feature) -> Feature {
    feature
        .route(
            get("/messages/blocked", list::list)
                .summary("People the caller does not want to hear from, the latest first.")
                .paged()
                .answers::<Page<Blocked<'static>>>(200),
        )
        .route(
            put("/messages/blocked/{userId}", switch::block)
                .summary("Neither writes to the other from now on.")
                .answers_empty(204)
                .fails(&[Code::SelfAction, Code::NotFound]),
        )
        .route(
            delete("/messages/blocked/{userId}", switch::unblock)
                .summary("Both may write to each other again, unless the other blocks the caller.")
                .answers_empty(204)
                .fails(&[Code::NotFound]),
        )
}
