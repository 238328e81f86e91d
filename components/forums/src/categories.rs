//! What topics are sorted under. The list comes with the migrations and is never changed here.

use p2p_sdk::{Ctx, Problem, Rule, params};

const FIND: &str = "SELECT slug FROM categories WHERE slug = $1";

const UNKNOWN: Rule = Rule::Own("UNKNOWN", "is no category", "ليس تصنيفاً معروفاً");

/// Refuses a category that does not exist (422).
pub async fn require(ctx: &Ctx, slug: &str) -> Result<(), Problem> {
    let found = ctx.sql().query(FIND, &params![slug]).await?;
    if found.is_empty() { Err(Problem::invalid("category", UNKNOWN)) } else { Ok(()) }
}
