//! Few connections for many callers and many features.

use std::sync::Arc;
use std::time::{Duration, Instant};

use p2p_storage::packed::Params;
use p2p_storage::{ProductionConfig, ProductionStores, SqlError, Statement, StoreLimits, Stores};
use sqlx::{Executor, Row};

use super::support::{config, migrations, number, scope_of, soon, within, world};

const TABLE: &str = "CREATE TABLE a (id bigint PRIMARY KEY, n bigint NOT NULL); INSERT INTO a VALUES (1, 0);";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_callers_of_ten_features_wait_and_none_fails() {
    let world = world().await;
    let few = ProductionConfig { connections: 6, ..config(&world.database.url, &world.files) };
    let stores = Arc::new(ProductionStores::new(few));
    let mut features = Vec::new();
    for n in 0..10 {
        let scope = scope_of(&format!("feature{n}"));
        features.push(stores.open(&scope, &migrations(&[TABLE]), StoreLimits::default()).await.unwrap());
    }
    let most = tokio::spawn(most_sessions(world.database.url.clone()));
    let callers: Vec<_> = (0..1_000_usize)
        .map(|n| {
            let sql = Arc::clone(&features[n % 10].sql);
            tokio::spawn(async move {
                if n % 4 == 0 {
                    let raise = Statement {
                        text: "UPDATE a SET n = n + 1 WHERE id = $1".to_owned(),
                        params: Params::new().s64(1).finish(),
                        expect: Some(1),
                    };
                    return sql.commit(within(60_000), &[raise], &[]).await.map(drop);
                }
                sql.query(within(60_000), "SELECT n FROM a", &[]).await.map(drop)
            })
        })
        .collect();
    for caller in callers {
        assert_eq!(caller.await.unwrap(), Ok(()));
    }
    let mut raised = 0;
    for feature in &features {
        raised += number(&feature.sql.query(soon(), "SELECT n FROM a", &[]).await.unwrap());
    }
    assert_eq!(raised, 250);
    assert!(!most.is_finished(), "there were more sessions than may be");
    most.abort();
    // One more that ends sessions, one that looks.
    let mut behind = world.database.behind().await.unwrap();
    let open: i64 = behind.fetch_one(OPEN).await.unwrap().get(0);
    assert!(open <= 6 + 2 + 1, "{open} sessions");
}

/// A login by password gives way to other tasks some eight hundred times.
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn connections_open_beside_tasks_that_are_always_busy() {
    let world = world().await;
    let stores = ProductionStores::new(config(&world.database.url, &world.files));
    let (scope, tables) = (scope_of("forums"), migrations(&[TABLE]));
    let sql = stores.open(&scope, &tables, StoreLimits::default()).await.unwrap().sql;
    let busy: Vec<_> = (0..64)
        .map(|_| {
            tokio::spawn(async {
                loop {
                    let until = Instant::now() + Duration::from_millis(1);
                    while Instant::now() < until {
                        std::hint::spin_loop();
                    }
                    tokio::task::yield_now().await;
                }
            })
        })
        .collect();
    // All at once, so that each needs a connection of its own.
    let asking: Vec<_> = (0..4)
        .map(|_| {
            let sql = Arc::clone(&sql);
            tokio::spawn(async move { sql.query(within(10_000), "SELECT n FROM a", &[]).await })
        })
        .collect();
    for answer in asking {
        assert_eq!(number(&answer.await.unwrap().unwrap()), 0);
    }
    busy.iter().for_each(tokio::task::JoinHandle::abort);
}

const OPEN: &str = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() \
     AND state IS NOT NULL";

async fn most_sessions(url: String) {
    use sqlx::Connection as _;
    let mut behind = sqlx::PgConnection::connect(&url).await.unwrap();
    loop {
        let open: i64 = behind.fetch_one(OPEN).await.unwrap().get(0);
        // Those that say farewell are still counted for a moment.
        assert!(open <= 24, "{open} sessions at once");
    }
}

#[tokio::test]
async fn who_waits_too_long_is_told_that_the_store_is_busy() {
    let world = world().await;
    let few = ProductionConfig { connections: 2, ..config(&world.database.url, &world.files) };
    let stores = ProductionStores::new(few);
    let sql = stores.open(&scope_of("a"), &migrations(&[TABLE]), StoreLimits::default()).await.unwrap().sql;
    let endless = "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT max(n) FROM c";
    let mut hoarders: Vec<_> = (0..2).map(|_| sql.query(soon(), endless, &[])).collect();
    for hoarder in &mut hoarders {
        // Far enough to hold a connection.
        let held = tokio::time::timeout(Duration::from_millis(200), hoarder).await;
        assert!(held.is_err());
    }
    assert_eq!(sql.query(within(50), "SELECT 1", &[]).await.err(), Some(SqlError::Busy));
    drop(hoarders);
    assert_eq!(number(&sql.query(soon(), "SELECT 1", &[]).await.unwrap()), 1);
}

/// Everybody waits long when there is much to do; that is no reason to give a connection to another feature, which
/// opens it anew.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_seldom_change_hands_when_two_features_are_busy() {
    let world = world().await;
    let few = ProductionConfig { connections: 4, ..config(&world.database.url, &world.files) };
    let stores = Arc::new(ProductionStores::new(few));
    let mut features = Vec::new();
    for name in ["one", "two"] {
        features
            .push(stores.open(&scope_of(name), &migrations(&[TABLE]), StoreLimits::default()).await.unwrap());
    }
    let seen = tokio::spawn(all_sessions(world.database.url.clone()));
    let callers: Vec<_> = (0..400_usize)
        .map(|n| {
            let sql = Arc::clone(&features[n % 2].sql);
            let text = "SELECT count(*) FROM generate_series(1, 20000)";
            tokio::spawn(async move { sql.query(within(60_000), text, &[]).await.map(drop) })
        })
        .collect();
    for caller in callers {
        assert_eq!(caller.await.unwrap(), Ok(()));
    }
    world.database.behind().await.unwrap().execute("CREATE TABLE over ()").await.unwrap();
    let seen = seen.await.unwrap();
    assert!(seen <= 20, "{seen} connections were opened for 400 callers");
}

/// How many different sessions there were until a table says that it is over.
async fn all_sessions(url: String) -> usize {
    use sqlx::Connection as _;
    let mut behind = sqlx::PgConnection::connect(&url).await.unwrap();
    let mut seen = std::collections::HashSet::new();
    loop {
        let text = "SELECT pid, to_regclass('over') IS NOT NULL FROM pg_stat_activity \
             WHERE datname = current_database() AND state IS NOT NULL";
        let rows = behind.fetch_all(text).await.unwrap();
        seen.extend(rows.iter().map(|row| row.get::<i32, _>(0)));
        if rows.iter().any(|row| row.get::<bool, _>(1)) {
            return seen.len();
        }
    }
}
