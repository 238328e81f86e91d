//! Opening and reopening schemas: migrations go forward only, whole or not at all.

use std::sync::Arc;

use p2p_storage::{Collection, FeatureStores, Migrations, OpenError, ProductionStores, StoreLimits, Stores};
use sqlx::{Executor, Row};

use super::support::{World, config, migrations, number, scope, soon, world, write};

const ONE: &str = "CREATE TABLE a (id bigint PRIMARY KEY); INSERT INTO a VALUES (1);";
const TWO: &str = "ALTER TABLE a ADD COLUMN name text NOT NULL DEFAULT '' CHECK (length(name) < 9);";
const THREE: &str =
    "CREATE TABLE b (id bigint PRIMARY KEY, a bigint REFERENCES a (id)); INSERT INTO b VALUES (5, 1);";

/// As a process that has just started.
async fn open(world: &World, migrations: &Migrations) -> Result<FeatureStores, OpenError> {
    let stores = ProductionStores::new(config(&world.database.url, &world.files));
    stores.open(&scope(), migrations, StoreLimits::default()).await
}

#[tokio::test]
async fn any_earlier_version_is_brought_up() {
    let world = world().await;
    for end in [1, 1, 3, 3] {
        let stores = open(&world, &migrations(&[ONE, TWO, THREE][..end])).await.unwrap();
        assert_eq!(number(&stores.sql.query(soon(), "SELECT count(*) FROM a", &[]).await.unwrap()), 1);
    }
    let stores = open(&world, &migrations(&[ONE, TWO, THREE])).await.unwrap();
    let rows = stores.sql.query(soon(), "SELECT b.id FROM b JOIN a ON a.id = b.a", &[]).await.unwrap();
    assert_eq!(number(&rows), 5);
}

#[tokio::test]
async fn an_open_store_takes_new_migrations_in_this_process_and_in_others() {
    let world = world().await;
    let limits = StoreLimits::default();
    let elsewhere = open(&world, &migrations(&[ONE])).await.unwrap();
    let earlier = world.stores.open(&scope(), &migrations(&[ONE]), limits).await.unwrap();
    for stores in [&earlier, &elsewhere] {
        assert_eq!(stores.sql.query(soon(), "SELECT * FROM a", &[]).await.unwrap().columns, 1);
    }
    let later = world.stores.open(&scope(), &migrations(&[ONE, TWO]), limits).await.unwrap();
    for stores in [&earlier, &later, &elsewhere] {
        assert_eq!(stores.sql.query(soon(), "SELECT * FROM a", &[]).await.unwrap().columns, 2);
        stores.sql.commit(soon(), &[write("UPDATE a SET name = 'x'")], &[]).await.unwrap();
    }
}

#[tokio::test]
async fn altered_newer_and_missing_migrations_are_refused() {
    let world = world().await;
    open(&world, &migrations(&[ONE, TWO])).await.unwrap();
    let altered = migrations(&[ONE, "ALTER TABLE a ADD COLUMN title text;"]);
    assert!(matches!(open(&world, &altered).await, Err(OpenError::Altered { version: 2, .. })));
    let outcome = open(&world, &migrations(&[ONE])).await;
    assert!(matches!(outcome, Err(OpenError::Newer { found: 2, known: 1, .. })));
    let mut gap = migrations(&[ONE, TWO, THREE]);
    gap.tables[2].version = 4;
    assert!(matches!(open(&world, &gap).await, Err(OpenError::Failed { version: 4, .. })));
}

#[tokio::test]
async fn a_failing_migration_leaves_the_store_as_it_was() {
    let world = world().await;
    for (text, why) in [
        ("CREATE TABLE c (id bigint); INSERT INTO c VALUES (1); SELECT nonsense;", "nonsense"),
        ("CREATE TABLE c (id bigint); DELETE FROM a; INSERT INTO a VALUES (1), (1);", "unique"),
        ("CREATE TABLE c (a bigint REFERENCES a (id)); INSERT INTO c VALUES (99);", "foreign key"),
        ("CREATE TABLE c (id bigint); COMMIT;", "allowed"),
        ("CREATE TABLE c (id bigint); ROLLBACK; CREATE TABLE d (id bigint);", "allowed"),
        ("CREATE TABLE c (id bigint);\0DROP TABLE a;", "NUL"),
    ] {
        match open(&world, &migrations(&[ONE, text])).await {
            Err(OpenError::Failed { version: 2, reason, .. }) => assert!(reason.contains(why), "{reason}"),
            other => panic!("{text}: {:?}", other.map(drop)),
        }
        let stores = open(&world, &migrations(&[ONE])).await.unwrap();
        assert_eq!(number(&stores.sql.query(soon(), "SELECT count(*) FROM a", &[]).await.unwrap()), 1);
        assert!(stores.sql.query(soon(), "SELECT * FROM c", &[]).await.is_err(), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_openers_one_applies() {
    let world = Arc::new(world().await);
    let steps = Arc::new(migrations(&[ONE, TWO, THREE]));
    let openers: Vec<_> = (0..8)
        .map(|_| {
            let (world, steps) = (Arc::clone(&world), Arc::clone(&steps));
            tokio::spawn(async move { open(&world, &steps).await.map(drop) })
        })
        .collect();
    for opener in openers {
        opener.await.unwrap().unwrap();
    }
    let stores = open(&world, &steps).await.unwrap();
    assert_eq!(number(&stores.sql.query(soon(), "SELECT count(*) FROM b", &[]).await.unwrap()), 1);
}

#[tokio::test]
async fn indexes_of_documents_follow_what_is_declared_and_are_used() {
    let world = world().await;
    let declared = |paths: &[&str]| Migrations {
        tables: Vec::new(),
        collections: vec![Collection {
            name: "posts".to_owned(),
            indexes: vec![paths.iter().map(|path| (*path).to_owned()).collect()],
        }],
    };
    let stores = open(&world, &declared(&["author.name", "at"])).await.unwrap();
    for n in 0..300 {
        let body = format!(r#"{{"author":{{"name":"n{}"}},"at":{n}}}"#, n % 100);
        stores.documents.insert(soon(), "posts", &n.to_string(), body.as_bytes(), &[]).await.unwrap();
    }
    let mut behind = world.database.behind().await.unwrap();
    behind.execute("ANALYZE t_acme__forums.p2p_documents").await.unwrap();
    // As the driver writes it; a change there shows here.
    let key = |path: &str| format!("t_acme__forums.p2p_key(body -> {path}) COLLATE \"C\"");
    let (name, at) = (key("'author' -> 'name'"), key("'at'"));
    let plan = format!(
        "EXPLAIN SELECT id FROM t_acme__forums.p2p_documents WHERE collection = 'posts' AND left({name}, 128) COLLATE \"C\" = '3n7' \
         AND {name} = '3n7' ORDER BY left({at}, 128) COLLATE \"C\" DESC, {at} DESC, id DESC LIMIT 20"
    );
    let rows = behind.fetch_all(sqlx::AssertSqlSafe(plan)).await.unwrap();
    let plan: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    assert!(plan.join("\n").contains("p2p_documents_by_"), "{plan:#?}");
    let names = async |behind: &mut sqlx::PgConnection| -> Vec<String> {
        let text = "SELECT indexname::text FROM pg_indexes WHERE indexname LIKE 'p2p\\_documents\\_by\\_%'";
        behind.fetch_all(text).await.unwrap().iter().map(|row| row.get(0)).collect()
    };
    let before = names(&mut behind).await;
    open(&world, &declared(&["likes"])).await.unwrap();
    let after = names(&mut behind).await;
    assert_eq!((before.len(), after.len()), (1, 1));
    assert_ne!(before, after, "what is declared no more is dropped");
}
