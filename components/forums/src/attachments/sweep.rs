//! Files that no post names within a day go: first they are marked, so that no post can name them any more, then the file
//! goes, then the row. Whatever dies in between is done again by the next sweep.

use std::time::Duration;

use p2p_sdk::{Batch, Ctx, Problem, Uuid, params};

use super::{FILE_DROPPED, File, blob};

/// How long a file waits for a post.
const WAITS: Duration = Duration::from_secs(24 * 60 * 60);
/// The post of a file that goes.
const NOWHERE: Uuid = Uuid::NIL;
/// As many go at once.
const STEP: i64 = 100;

const MARK: &str = "UPDATE attachments SET post_id = $1 WHERE id IN (SELECT id FROM attachments \
    WHERE post_id IS NULL AND created_at < $2 ORDER BY created_at, id LIMIT $3)";
const FIND: &str = "SELECT id, organization_id, size FROM attachments WHERE post_id = $1 LIMIT $2";
const DROP: &str = "DELETE FROM attachments WHERE id = $1 AND post_id = $2";

/// Lets some of them go.
pub async fn sweep(ctx: &Ctx) -> Result<(), Problem> {
    let oldest = ctx.now().before(WAITS);
    Batch::new().run(MARK, params![NOWHERE, oldest, STEP]).commit(ctx).await?;
    let rows = ctx.sql().query(FIND, &params![NOWHERE, STEP]).await?;
    for (id, organization_id, bytes) in rows.all::<(Uuid, Option<Uuid>, u64)>()? {
        let name = blob(id);
        ctx.blobs().delete(&name).await?;
        let told = File { organization_id, name: &name, bytes };
        // Stale: another sweep was faster, and told of it.
        let _ =
            Batch::new().run_one(DROP, params![id, NOWHERE]).event(FILE_DROPPED, id, &told).commit(ctx).await;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::fixture::{Forum, draft, with};

    /// A file of Huda; answers its id.
    fn sent(forum: &Forum) -> Value {
        let upload = forum.host.stage("file", "a.txt", "text/plain", b"four");
        let answer = forum.host.post("/forums/attachments").by(&forum.huda).upload(upload).send();
        answer.json()["attachments"][0]["id"].take()
    }

    fn status(forum: &Forum, file: &Value) -> u16 {
        let path = format!("/forums/attachments/{}", file.as_str().unwrap());
        forum.host.get(&path).by(&forum.huda).send().status
    }

    /// Whoever opens a topic sweeps.
    fn swept(forum: &Forum, after: Duration) -> Vec<Value> {
        forum.host.advance(after);
        forum.host.events();
        forum.open(&forum.huda, "Somebody writes");
        let dropped = forum.host.events().into_iter().filter(|event| event.topic == FILE_DROPPED);
        dropped.map(|event| serde_json::from_slice(&event.payload).unwrap()).collect()
    }

    #[test]
    fn what_no_post_names_within_a_day_goes_and_is_told_of() {
        let forum = Forum::new();
        let (named, forgotten) = (sent(&forum), sent(&forum));
        forum.opened(&forum.huda, &with(draft("With a file"), "attachments", json!([named])));
        assert!(swept(&forum, WAITS - Duration::from_secs(1)).is_empty());
        let young = sent(&forum);
        let told = swept(&forum, Duration::from_secs(601));
        let name = format!("attachments/{}", forgotten.as_str().unwrap());
        let wanted = json!({ "organizationId": forum.huda.organization_id, "name": name, "bytes": 4 });
        assert_eq!(told, [wanted]);
        assert_eq!([&named, &forgotten, &young].map(|file| status(&forum, file)), [302, 404, 302]);
        assert!(swept(&forum, Duration::from_secs(601)).is_empty(), "once");
    }

    #[test]
    fn what_a_sweep_that_died_had_marked_goes_with_the_next() {
        let forum = Forum::new();
        let file = sent(&forum);
        forum.host.execute("UPDATE attachments SET post_id = $1", params![NOWHERE]);
        let answer = forum.post(&forum.huda, &with(draft("Too late"), "attachments", json!([file])));
        assert_eq!(answer.status, 422, "no post can name it any more");
        assert_eq!(swept(&forum, Duration::from_secs(601)).len(), 1);
        assert_eq!(status(&forum, &file), 404);
    }
}
