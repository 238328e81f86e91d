//! Who may do what, and what becomes of it when the deployment's secret changes.

use p2p_storage::{ProductionConfig, ProductionStores, StoreLimits, Stores};
use sqlx::{AssertSqlSafe, Executor, Row};

use super::support::{config, migrations, number, scope, soon, world};

const TABLE: &str = "CREATE TABLE a (id bigint PRIMARY KEY);";

#[tokio::test]
async fn a_changed_secret_gives_roles_new_passwords_and_the_host_new_tokens() {
    let world = world().await;
    world.stores.open(&scope(), &migrations(&[TABLE]), StoreLimits::default()).await.unwrap();
    let mut behind = world.database.behind().await.unwrap();
    let passwords = "SELECT string_agg(rolpassword, ' ' ORDER BY rolname) FROM pg_authid WHERE rolname LIKE 't\\_acme\\_\\_forums%'";
    let before: String = behind.fetch_one(passwords).await.unwrap().get(0);
    let changed = ProductionConfig { database_key: [9; 32], ..config(&world.database.url, &world.files) };
    let stores = ProductionStores::new(changed);
    let stores = stores.open(&scope(), &migrations(&[TABLE]), StoreLimits::default()).await.unwrap();
    let after: String = behind.fetch_one(passwords).await.unwrap().get(0);
    assert!(before.starts_with("SCRAM-SHA-256$") && after.starts_with("SCRAM-SHA-256$"));
    assert_ne!(before, after);
    let event = p2p_storage::Event { topic: "forums.x.y".into(), key: "k".into(), payload: b"{}".to_vec() };
    stores.sql.commit(soon(), &[], &[event]).await.unwrap();
    assert_eq!(stores.outbox.pending(10).await.unwrap().len(), 1);
}

/// Everything works for a user who is no superuser and has what the guide says.
#[tokio::test]
async fn a_user_with_the_rights_of_the_guide_is_enough_and_one_without_is_told() {
    let world = world().await;
    let mut behind = world.database.behind().await.unwrap();
    let database = world.database.url.rsplit('/').next().unwrap().to_owned();
    let user = format!("u_{}", &database[9..25]);
    let run = |text: String| sqlx::raw_sql(AssertSqlSafe(text));
    behind.execute(run(format!("CREATE ROLE {user} LOGIN PASSWORD 'x'"))).await.unwrap();
    let (_, place) = world.database.url.split_once('@').expect("a URL with a user");
    let url = format!("postgres://{user}:x@{place}");
    let open = async || {
        let stores = ProductionStores::new(config(&url, &world.files));
        stores.open(&scope(), &migrations(&[TABLE]), StoreLimits::default()).await
    };
    let refused = open().await.map(drop).unwrap_err().to_string();
    assert!(refused.contains("CREATEROLE") && refused.contains(&user), "{refused}");
    let grant = format!("ALTER ROLE {user} CREATEROLE; GRANT CREATE ON DATABASE {database} TO {user}");
    behind.execute(run(grant)).await.unwrap();
    let stores = open().await.unwrap();
    assert_eq!(number(&stores.sql.query(soon(), "SELECT count(*) FROM a", &[]).await.unwrap()), 0);
    stores.documents.insert(soon(), "posts", "a", b"{}", &[]).await.unwrap();
    // Ending somebody else's session is a right of its own.
    let endless = "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT max(n) FROM c";
    let call = super::support::within(100);
    assert_eq!(stores.sql.query(call, endless, &[]).await.err(), Some(p2p_storage::SqlError::Timeout));
    let running = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'WITH RECURSIVE c (n)%' AND datname = current_database()";
    let until = std::time::Instant::now() + std::time::Duration::from_secs(10);
    while behind.fetch_one(running).await.unwrap().get::<i64, _>(0) > 0 {
        assert!(std::time::Instant::now() < until, "the session goes on");
    }
    drop(stores);
    let clear = format!("DROP OWNED BY {user} CASCADE; DROP SCHEMA IF EXISTS t_acme__forums CASCADE");
    behind.execute(run(clear)).await.unwrap();
    let roles = "SELECT rolname::text FROM pg_roles WHERE rolname LIKE 't\\_acme\\_\\_forums%' AND pg_has_role($1, oid, 'MEMBER')";
    for row in behind.fetch_all(sqlx::query(roles).bind(&user)).await.unwrap() {
        let role: String = row.get(0);
        behind.execute(run(format!("DROP OWNED BY {role} CASCADE; DROP ROLE {role}"))).await.unwrap();
    }
    behind.execute(run(format!("DROP ROLE {user}"))).await.unwrap();
}
