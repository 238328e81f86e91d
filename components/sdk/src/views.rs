//! Who looked at a thing: counted once per person and day, not its author, and written a few at a time. A look is never
//! worth a failure: what cannot be counted is told to the log, and what waits in the cache when a host dies is lost.

use std::time::Duration;

use serde_json::json;

use crate::{Batch, Ctx, Problem, Uuid, params};

const ONCE_IN_MS: u64 = 24 * 60 * 60 * 1000;
/// So many looks are written at once.
const TOGETHER: i64 = 64;
/// After so long the next look is written with those that waited.
const PAUSE_MS: u64 = 10_000;

/// How many looks were ever put into the cache: the number of the last one.
const LAST: &str = "views.last";
/// The number of the last one that was written.
const WRITTEN: &str = "views.written";
const PAUSE: &str = "views.pause";

/// How looks at the things of a feature are kept. Needs the capabilities `sql`, `cache` and `clock`; a feature counts looks at
/// one kind of thing.
#[derive(Debug, Clone, Copy)]
pub struct Views {
    /// What the thing is called in the log.
    pub thing: &'static str,
    /// Counts a look at the thing `$1` by the person `$2`, unless one of theirs after `$3` is remembered. Takes place before
    /// the look is remembered, so that it sees whether an earlier one still counts.
    pub count: &'static str,
    /// Remembers that the thing `$1` was seen by the person `$2` at `$3`, unless one of theirs after `$4` is remembered.
    pub remember: &'static str,
}

impl Views {
    /// How long somebody's look at a thing counts for all of theirs.
    pub const ONCE_IN: Duration = Duration::from_millis(ONCE_IN_MS);

    /// Notes that somebody looked at a thing.
    pub async fn note(&self, ctx: &Ctx, thing: Uuid, author: Uuid, viewer: Uuid) {
        if viewer == author {
            return;
        }
        if let Err(problem) = self.keep(ctx, thing, viewer).await {
            ctx.warn("a view was not counted", &json!({ self.thing: thing, "cause": problem.to_string() }));
        }
    }

    async fn keep(&self, ctx: &Ctx, thing: Uuid, viewer: Uuid) -> Result<(), Problem> {
        let cache = ctx.cache();
        if cache.increment(&format!("seen:{thing}:{viewer}"), 1, ONCE_IN_MS).await? != 1 {
            return Ok(());
        }
        let number = cache.increment(LAST, 1, ONCE_IN_MS).await?;
        let look = [*thing.as_bytes(), *viewer.as_bytes()].concat();
        cache.set(&place(number), look, ONCE_IN_MS).await?;
        if number % TOGETHER == 0 || cache.increment(PAUSE, 1, PAUSE_MS).await? == 1 {
            self.write(ctx, number).await?;
        }
        Ok(())
    }

    /// Writes what waits, up to this number. Twice is fine: a look that was written counts no more.
    async fn write(&self, ctx: &Ctx, last: i64) -> Result<(), Problem> {
        let written = ctx.cache().increment(WRITTEN, 0, ONCE_IN_MS).await?;
        // Numbers begin again when the cache forgets them.
        let written = if written > last { 0 } else { written };
        ctx.cache().increment(WRITTEN, last - written, ONCE_IN_MS).await?;
        // In one order, so that two who write at once wait for each other and not in a ring.
        let mut looks: Vec<(Uuid, Uuid)> = Vec::new();
        for number in written.max(last - 2 * TOGETHER) + 1..=last {
            let Some(look) = ctx.cache().get(&place(number)).await?.as_deref().and_then(read) else {
                continue;
            };
            let at = looks.partition_point(|other| *other < look);
            if looks.get(at) != Some(&look) {
                looks.insert(at, look);
            }
        }
        let now = ctx.now();
        let since = now.before(Self::ONCE_IN);
        let batch = looks.into_iter().fold(Batch::new(), |batch, (thing, viewer)| {
            let batch = batch.run(self.count, params![thing, viewer, since]);
            batch.run(self.remember, params![thing, viewer, now, since])
        });
        batch.commit(ctx).await?;
        Ok(())
    }
}

fn place(number: i64) -> String {
    format!("view:{number}")
}

fn read(look: &[u8]) -> Option<(Uuid, Uuid)> {
    let (thing, viewer) = look.split_at_checked(16)?;
    Some((Uuid::from_slice(thing)?, Uuid::from_slice(viewer)?))
}
