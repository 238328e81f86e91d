//! What calls left behind when they ended between a document or a file and their commit: nobody sees it, and after an hour
//! nobody is still writing it. A step looks at a few documents, behind those that were looked at before, and begins again
//! when there are no more: what is the present document of a use case today may be left behind tomorrow.

use std::time::Duration;

use p2p_sdk::host::Comparison;
use p2p_sdk::{Batch, Ctx, EventError, Heard, Problem, Search, Timestamp, Uuid, params};

use crate::cases::{COLLECTION, Detail, forget};
use crate::media;

/// How often it is due.
pub const EVERY: Duration = Duration::from_secs(10 * 60);
/// As many documents, and as many files, in one step.
const STEP: u32 = 100;
/// No call takes that long.
const AGE: Duration = Duration::from_secs(60 * 60);

const FROM: &str = "SELECT up_to FROM sweeps WHERE name = $1";
const UP_TO: &str = "INSERT INTO sweeps (name, up_to) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET up_to = excluded.up_to";
const KNOWN: &str = "SELECT id FROM use_cases WHERE revision = $1";
const WAITING: &str =
    "SELECT name FROM pending_files WHERE created_at < $1 ORDER BY created_at, name LIMIT $2";
const GONE: &str = "DELETE FROM pending_files WHERE name = $1";

/// Clears what is orphaned among the next documents and files.
pub async fn run(ctx: &Ctx, _due_at: Timestamp) -> Heard {
    let oldest = ctx.now().before(AGE);
    files(ctx, oldest).await?;
    documents(ctx, oldest).await.map_err(EventError::from)
}

async fn files(ctx: &Ctx, oldest: Timestamp) -> Result<(), Problem> {
    let rows = ctx.sql().query(WAITING, &params![oldest, STEP]).await?;
    for name in rows.read(|row| row.get::<String>())? {
        media::delete(ctx, &name).await?;
        Batch::new().run(GONE, params![name]).commit(ctx).await?;
    }
    Ok(())
}

async fn documents(ctx: &Ctx, oldest: Timestamp) -> Result<(), Problem> {
    let from = ctx.sql().query(FROM, &params![COLLECTION]).await?.value::<Timestamp>()?.unwrap_or_default();
    let search = Search::new(STEP)
        .filter("updated_at", Comparison::Greater, &from)
        .filter("updated_at", Comparison::Less, &oldest)
        .ascending("updated_at");
    let found = ctx.documents().find(COLLECTION, search).await?;
    let mut up_to = Timestamp::default();
    for document in &found {
        // Whatever calls itself otherwise is not ours to judge.
        let Ok(revision) = document.id.parse::<Uuid>() else { continue };
        if ctx.sql().query(KNOWN, &params![revision]).await?.is_empty() {
            forget(ctx, revision).await;
        }
        if found.len() == STEP as usize {
            up_to = document.read::<Detail>()?.updated_at;
        }
    }
    if up_to != from {
        Batch::new().run(UP_TO, params![COLLECTION, up_to]).commit(ctx).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::fixture::{Atlas, complete};

    fn put(atlas: &Atlas, body: &serde_json::Value) {
        let put = "INSERT INTO p2p_documents (collection, id, version, body) VALUES ('use_cases', $1, 1, $2)";
        atlas.host.execute(put, params![atlas.host.new_id().to_string(), body.to_string().into_bytes()]);
    }

    fn swept(atlas: &Atlas, after: Duration) -> i64 {
        atlas.host.advance(after);
        assert_eq!(atlas.host.run_job("sweep", atlas.host.now()), Ok(()));
        atlas.documents()
    }

    #[test]
    fn documents_without_a_row_go_after_an_hour_and_others_stay() {
        let atlas = Atlas::new();
        let id = atlas.published(&atlas.huda, &complete("For all to see"));
        put(&atlas, &json!({ "submission_id": id, "updated_at": atlas.host.now() }));
        assert_eq!(swept(&atlas, AGE), 2);
        assert_eq!(swept(&atlas, Duration::from_secs(1)), 1);
        assert_eq!(atlas.read(None, id).status, 200);
    }

    #[test]
    fn it_begins_again_when_it_has_seen_all() {
        let atlas = Atlas::new();
        let id = atlas.published(&atlas.huda, &complete("For all to see"));
        for _ in 0..STEP + 20 {
            atlas.host.advance(Duration::from_secs(1));
            put(&atlas, &json!({ "submission_id": id, "updated_at": atlas.host.now() }));
        }
        assert_eq!(swept(&atlas, 2 * AGE), 22, "ninety-nine of a hundred, then the rest");
        assert_eq!(swept(&atlas, Duration::ZERO), 1);
        // The present one is left behind now, at a time that was passed before.
        atlas.set(id, "revision = $2", atlas.host.new_id());
        assert_eq!(swept(&atlas, Duration::ZERO), 0);
    }
}
