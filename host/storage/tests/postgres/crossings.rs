//! Batches that take the same rows in opposite order: the server lets one of the two give way, and nobody hears of it.

use std::time::{Duration, Instant};

use p2p_storage::{FeatureStores, StoreLimits, Stores as _};
use tokio::sync::Barrier;

use super::support::{migrations, number, scope, soon, within, world, write};

const TABLE: &str = "CREATE TABLE notes (id bigint PRIMARY KEY, hits bigint NOT NULL);";
/// After so long the server looks whether two wait for each other; nothing else here takes nearly as long.
const LOOK: Duration = Duration::from_millis(900);
/// Pairs that are tried until two of them have met.
const MOST: i64 = 500;

/// Hits these, in this order; how long it took.
async fn hit(stores: &FeatureStores, start: &Barrier, ids: [i64; 2]) -> Duration {
    let update = |id| write(&format!("UPDATE notes SET hits = hits + 1 WHERE id = {id}"));
    start.wait().await;
    let begun = Instant::now();
    let changed = stores.sql.commit(within(10_000), &ids.map(update), &[]).await;
    assert_eq!(changed, Ok(vec![1, 1]));
    begun.elapsed()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_gives_way_begins_anew() {
    let world = world().await;
    let opened = world.stores.open(&scope(), &migrations(&[TABLE]), StoreLimits::default()).await.unwrap();
    let rows = write("INSERT INTO notes (id, hits) VALUES (1, 0), (2, 0)");
    opened.sql.commit(soon(), &[rows], &[]).await.unwrap();
    let (start, mut pairs, mut met) = (Barrier::new(2), 0, false);
    while !met {
        assert!(pairs < MOST, "they never met");
        let (one, other) = tokio::join!(hit(&opened, &start, [1, 2]), hit(&opened, &start, [2, 1]));
        (pairs, met) = (pairs + 1, one.max(other) > LOOK);
    }
    let hits = opened.sql.query(soon(), "SELECT hits FROM notes ORDER BY id LIMIT 1", &[]).await.unwrap();
    assert_eq!(number(&hits), 2 * pairs, "each once");
}
