//! Who looked at a use case: counted once per person and day, not its author, and written a few at a time. A look is never
//! worth a failure: what cannot be counted is told to the log, and what waits in the cache when a host dies is lost.

use std::time::Duration;

use p2p_sdk::{Batch, Ctx, Problem, Uuid, params};
use serde_json::json;

/// How long somebody's look at a use case counts for all of theirs.
const ONCE_IN: Duration = Duration::from_secs(24 * 60 * 60);
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

/// Takes place before the look is remembered, so that it sees whether an earlier one still counts.
const COUNT: &str = "UPDATE use_cases SET views = views + 1 WHERE id = $1 AND status = 'published' \
    AND NOT EXISTS (SELECT 1 FROM use_case_views WHERE use_case_id = $1 AND user_id = $2 AND seen_at > $3)";
const REMEMBER: &str = "INSERT INTO use_case_views (use_case_id, user_id, seen_at) VALUES ($1, $2, $3) \
    ON CONFLICT (use_case_id, user_id) DO UPDATE SET seen_at = excluded.seen_at WHERE use_case_views.seen_at <= $4";

/// Notes that somebody looked at a use case.
pub async fn note(ctx: &Ctx, case: Uuid, author: Uuid, viewer: Uuid) {
    if viewer == author {
        return;
    }
    if let Err(problem) = keep(ctx, case, viewer).await {
        ctx.warn("a view was not counted", &json!({ "useCase": case, "cause": problem.to_string() }));
    }
}

async fn keep(ctx: &Ctx, case: Uuid, viewer: Uuid) -> Result<(), Problem> {
    let cache = ctx.cache();
    if cache.increment(&format!("seen:{case}:{viewer}"), 1, ONCE_IN_MS).await? != 1 {
        return Ok(());
    }
    let number = cache.increment(LAST, 1, ONCE_IN_MS).await?;
    let look = [*case.as_bytes(), *viewer.as_bytes()].concat();
    cache.set(&place(number), look, ONCE_IN_MS).await?;
    if number % TOGETHER == 0 || cache.increment(PAUSE, 1, PAUSE_MS).await? == 1 {
        write(ctx, number).await?;
    }
    Ok(())
}

fn place(number: i64) -> String {
    format!("view:{number}")
}

/// Writes what waits, up to this number. Twice is fine: a look that was written counts no more.
async fn write(ctx: &Ctx, last: i64) -> Result<(), Problem> {
    let written = ctx.cache().increment(WRITTEN, 0, ONCE_IN_MS).await?;
    // Numbers begin again when the cache forgets them.
    let written = if written > last { 0 } else { written };
    ctx.cache().increment(WRITTEN, last - written, ONCE_IN_MS).await?;
    // In one order, so that two who write at once wait for each other and not in a ring.
    let mut looks: Vec<(Uuid, Uuid)> = Vec::new();
    for number in written.max(last - 2 * TOGETHER) + 1..=last {
        let Some(look) = ctx.cache().get(&place(number)).await?.as_deref().and_then(read) else { continue };
        let at = looks.partition_point(|other| *other < look);
        if looks.get(at) != Some(&look) {
            looks.insert(at, look);
        }
    }
    let now = ctx.now();
    let since = now.before(ONCE_IN);
    let batch = looks.into_iter().fold(Batch::new(), |batch, (case, viewer)| {
        let batch = batch.run(COUNT, params![case, viewer, since]);
        batch.run(REMEMBER, params![case, viewer, now, since])
    });
    batch.commit(ctx).await?;
    Ok(())
}

fn read(look: &[u8]) -> Option<(Uuid, Uuid)> {
    let (case, viewer) = look.split_at_checked(16)?;
    Some((Uuid::from_slice(case)?, Uuid::from_slice(viewer)?))
}

#[cfg(test)]
mod tests {
    use p2p_sdk::Role;
    use p2p_sdk::host::Level;

    use super::*;
    use crate::fixture::{Atlas, complete};

    fn views(atlas: &Atlas, case: Uuid) -> i64 {
        atlas.number("SELECT views FROM use_cases WHERE id = $1", case)
    }

    #[test]
    fn a_look_counts_once_a_day_and_the_authors_never() {
        let atlas = Atlas::new();
        let case = atlas.published(&atlas.huda, &complete("Who looks at it?"));
        for by in [Some(&atlas.huda), Some(&atlas.stranger), Some(&atlas.stranger), None] {
            atlas.read(by, case);
        }
        assert_eq!(views(&atlas, case), 1);
        atlas.host.advance(ONCE_IN - Duration::from_secs(1));
        atlas.read(Some(&atlas.stranger), case);
        assert_eq!(views(&atlas, case), 1);
        atlas.host.advance(Duration::from_secs(1));
        atlas.read(Some(&atlas.stranger), case);
        assert_eq!(views(&atlas, case), 2);
        assert_eq!(atlas.read(Some(&atlas.huda), case).header("etag"), Some("\"2\""), "no version");
        assert_eq!(atlas.list(None, "").json()["items"][0]["views"], 2);
    }

    #[test]
    fn looks_are_written_together() {
        let atlas = Atlas::new();
        let cases =
            ["The first one", "Another one"].map(|title| atlas.published(&atlas.huda, &complete(title)));
        let look = |count| {
            for n in 0..count {
                atlas.read(Some(&atlas.host.person(Role::Member)), cases[n % 2]);
            }
        };
        look(9);
        let seen = || (views(&atlas, cases[0]), views(&atlas, cases[1]));
        assert_eq!(seen(), (1, 0), "the first at once, the others wait");
        atlas.host.advance(Duration::from_secs(10));
        look(1);
        assert_eq!(seen(), (6, 4));
    }

    #[test]
    fn a_look_that_cannot_be_counted_is_a_look() {
        let atlas = Atlas::new();
        let case = atlas.published(&atlas.huda, &complete("The store is full"));
        let full =
            "CREATE TRIGGER full BEFORE INSERT ON use_case_views BEGIN SELECT RAISE(ABORT, 'full'); END";
        atlas.host.execute(full, params![]);
        assert_eq!(atlas.read(Some(&atlas.stranger), case).status, 200);
        assert_eq!(views(&atlas, case), 0);
        let logs = atlas.host.logs();
        assert!(logs.iter().any(|line| line.level == Level::Warn && line.message.contains("view")));
    }
}
