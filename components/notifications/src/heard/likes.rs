//! Likes, of whatever can be liked: all of one thing are one notification. They are counted here, without the author's own.

use p2p_sdk::{Batch, Ctx, Heard, Uuid, params};

use crate::announce::{Reason, Thing, announce};
use crate::kind::Kind;

/// One who liked it does so no longer. When it was the one who is shown, nobody is.
const UNLIKE: &str = "UPDATE notifications SET count = count - 1, \
    actor_id = CASE WHEN actor_id = $3 THEN NULL ELSE actor_id END, \
    is_gone = CASE WHEN count > 1 THEN is_gone ELSE TRUE END, \
    is_shown = CASE WHEN count > 1 THEN is_shown ELSE FALSE END \
    WHERE user_id = $1 AND kind = 'like' AND entity_id = $2 AND count > 0";

/// Somebody likes what this author wrote, or no longer.
pub async fn liking(
    ctx: &Ctx,
    thing: &Thing<'_>,
    author: Uuid,
    about: &'static str,
    liked: Option<bool>,
) -> Heard {
    let Some(actor) = thing.actor.filter(|actor| *actor != author) else { return Ok(()) };
    if liked == Some(false) {
        Batch::new().run(UNLIKE, params![author, thing.entity_id, actor]).commit(ctx).await?;
        return Ok(());
    }
    announce(ctx, thing, &[Reason { user: author, kind: Kind::Like, about }]).await
}
