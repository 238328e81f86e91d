//! What the SQL port costs over sqlx alone: 20 rows of 8 columns out of 10 000, one caller. Prints, never judges:
//! `cargo bench -p p2p-storage`.

use std::sync::Arc;
use std::time::{Duration, Instant};

use p2p_context::{Deadline, FeatureName, Scope, SystemClock, TenantId};
use p2p_storage::packed::Params;
use p2p_storage::{EmbeddedConfig, EmbeddedStores, Migration, Migrations, StoreCall, StoreLimits, Stores};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};

const TABLE: &str =
    "CREATE TABLE topics (id BLOB PRIMARY KEY, board INTEGER, title TEXT, slug TEXT, pinned INTEGER,
    replies INTEGER, created INTEGER, last TEXT);
    CREATE INDEX topics_newest ON topics (board, created DESC, id DESC);
    INSERT INTO topics WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 10000)
    SELECT randomblob(16), n % 5, 'How do I tune thread number ' || n, 'how-do-i-tune-' || n, n % 2, n % 500,
    1780000000000000 + n, CASE n % 3 WHEN 0 THEN 'user-' || n END FROM c;";
const TOPICS: &str = "SELECT id, title, slug, pinned, replies, board, created, last FROM topics \
    WHERE board = $1 AND created < $2 ORDER BY created DESC, id DESC LIMIT 20";
const ROUNDS: u32 = 4_000;

fn report(what: &str, began: Instant) {
    println!("{what:24} {:.1} µs a query", began.elapsed().as_secs_f64() * 1e6 / f64::from(ROUNDS));
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let scope = Scope { tenant: TenantId::new("acme")?, feature: FeatureName::new("forums")? };
    let table = Migration {
        version: 1,
        name: "topics".to_owned(),
        sqlite: TABLE.to_owned(),
        postgres: String::new(),
    };
    let migrations = Migrations { tables: vec![table], collections: Vec::new() };
    let stores =
        EmbeddedStores::new(folder.path().to_owned(), EmbeddedConfig::new([7; 32], Arc::new(SystemClock)));
    let sql = stores.open(&scope, &migrations, StoreLimits::default()).await?.sql;
    let file = folder.path().join("tenants/acme/forums.sqlite");
    let options = SqliteConnectOptions::new().filename(file).read_only(true).pragma("mmap_size", "67108864");
    let pool =
        SqlitePoolOptions::new().max_connections(4).test_before_acquire(false).connect_with(options).await?;
    let params = Params::new().s64(3).s64(1_790_000_000_000_000).finish();
    for _ in 0..3 {
        let began = Instant::now();
        for _ in 0..ROUNDS {
            let rows =
                sqlx::query(TOPICS).bind(3_i64).bind(1_790_000_000_000_000_i64).fetch_all(&pool).await?;
            assert_eq!(rows.len(), 20);
        }
        report("sqlx, fetch_all", began);
        let began = Instant::now();
        for _ in 0..ROUNDS {
            let call = StoreCall::until(Deadline::after(Duration::from_secs(5)));
            assert_eq!(sql.query(call, TOPICS, &params).await?.count, 20);
        }
        report("the port, packed", began);
    }
    Ok(())
}
