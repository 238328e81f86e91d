//! Once a minute: how often the same mail may be asked for. Counted where small values may vanish, since one mail too
//! many harms nobody.

use p2p_sdk::Ctx;

/// Seconds after which it may be asked for again.
pub const SECONDS: u32 = 60;

/// Whether nobody has asked for this within a minute. Counts as having asked. A cache that does not answer keeps nobody
/// from their mail.
pub async fn is_first(ctx: &Ctx, what: &str) -> bool {
    let asked = ctx.cache().increment(what, 1, u64::from(SECONDS) * 1000).await;
    asked.map_or(true, |times| times == 1)
}
