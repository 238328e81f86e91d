//! Pinning and locking: the admins of a topic's organization switch something on or off. What is so already changes
//! nothing and tells nobody.

use p2p_sdk::{Batch, Ctx, People, Problem, Request, Response, Uuid, again, params};

use super::row::{Topic, columns};
use super::seen::Seen;
use crate::told::Told;

/// What is switched.
pub struct Flag {
    /// What tells of it.
    pub event: &'static str,
    /// Makes it as `$2` says, if the topic is there and it is not so yet.
    pub set: &'static str,
    /// How it is.
    pub is: fn(&Seen) -> bool,
    /// Puts into the event how it is now.
    pub tell: fn(&mut Told<'_>, bool),
}

/// The topic and how the flag was wanted when that was first asked for.
struct Wanted {
    id: Uuid,
    on: Option<bool>,
}

/// Switches a flag as the caller wants it, or to what it is not.
pub async fn switch(
    ctx: &Ctx,
    request: &Request,
    on: Option<bool>,
    flag: &Flag,
) -> Result<Response, Problem> {
    let wanted = Wanted { id: request.id("id")?, on };
    again(async || try_switch(ctx, &wanted, flag).await).await
}

async fn try_switch(ctx: &Ctx, wanted: &Wanted, flag: &Flag) -> Result<Response, Problem> {
    let actor = ctx.actor()?;
    let topic = Seen::find(ctx, wanted.id).await?;
    Problem::unless(actor.administers_any(topic.organization_id))?;
    let is = (flag.is)(&topic);
    let on = wanted.on.unwrap_or(!is);
    if is != on {
        let mut told = topic.told(topic.id, topic.created_by, topic.organization_id);
        told.actor_id = Some(actor.user_id);
        (flag.tell)(&mut told, on);
        let batch = Batch::new().run_one(flag.set, params![topic.id, on]);
        batch.tell(told.event(flag.event)).commit(ctx).await?;
    }
    show(ctx, topic.id).await
}

/// The topic as it is now.
async fn show(ctx: &Ctx, id: Uuid) -> Result<Response, Problem> {
    let text = format!("SELECT {} FROM topics WHERE id = $1", columns(2));
    let rows = ctx.sql().query(&text, &params![id, ctx.actor()?.user_id]).await?;
    let mut topic = rows.first::<Topic<'_>>()?.ok_or_else(Problem::not_found)?;
    let cards = People::ask(ctx, std::iter::once(topic.created_by)).await?;
    topic.author = People::read(&cards)?.get(topic.created_by);
    let version = topic.version;
    Ok(Response::ok(&topic).etag(version))
}
