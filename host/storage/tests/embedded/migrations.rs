//! Opening and reopening files: migrations go forward only, whole or not at all.

use std::sync::Arc;

use p2p_context::Origin;
use p2p_storage::{Migrations, OpenError, StoreLimits, Stores};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Executor};

use super::support::{migrations, number, scope, soon, stores, write};

const ONE: &str = "CREATE TABLE a (id INTEGER PRIMARY KEY); INSERT INTO a VALUES (1);";
const TWO: &str = "ALTER TABLE a ADD COLUMN name TEXT NOT NULL DEFAULT '' CHECK (length(name) < 9);";
const THREE: &str =
    "CREATE TABLE b (id INTEGER PRIMARY KEY, a INTEGER REFERENCES a (id)); INSERT INTO b VALUES (5, 1);";

async fn open(
    root: &std::path::Path,
    migrations: &Migrations,
) -> Result<p2p_storage::FeatureStores, OpenError> {
    stores(root).open(&scope(), migrations, StoreLimits::default()).await
}

#[tokio::test]
async fn any_earlier_version_is_brought_up() {
    let folder = tempfile::tempdir().unwrap();
    for end in [1, 1, 3, 3] {
        let steps = migrations(&[ONE, TWO, THREE][..end]);
        let stores = open(folder.path(), &steps).await.unwrap();
        assert_eq!(number(&stores.sql.query(soon(), "SELECT count(*) FROM a", &[]).await.unwrap()), 1);
    }
    let stores = open(folder.path(), &migrations(&[ONE, TWO, THREE])).await.unwrap();
    let rows = stores.sql.query(soon(), "SELECT b.id FROM b JOIN a ON a.id = b.a", &[]).await.unwrap();
    assert_eq!(number(&rows), 5);
}

#[tokio::test]
async fn a_file_of_the_first_host_keeps_its_events() {
    let folder = tempfile::tempdir().unwrap();
    let steps = migrations(&[ONE]);
    drop(open(folder.path(), &steps).await.unwrap());
    let file = folder.path().join("tenants/acme/forums.sqlite");
    let mut first = SqliteConnectOptions::new().filename(file).connect().await.unwrap();
    let back = "ALTER TABLE p2p_outbox DROP COLUMN request; ALTER TABLE p2p_outbox DROP COLUMN address;
        ALTER TABLE p2p_outbox DROP COLUMN user_id; PRAGMA user_version = 1;
        INSERT INTO p2p_outbox (id, topic, key, payload, committed_at)
        VALUES (randomblob(16), 'forums.topic.created', 'k', x'7b7d', 5);";
    first.execute(sqlx::raw_sql(back)).await.unwrap();
    let pending = open(folder.path(), &steps).await.unwrap().outbox.pending(10).await.unwrap();
    assert_eq!((pending[0].event.key.as_str(), &pending[0].origin), ("k", &Origin::default()));
}

#[tokio::test]
async fn an_open_store_takes_new_migrations() {
    let folder = tempfile::tempdir().unwrap();
    let opened = stores(folder.path());
    let limits = StoreLimits::default();
    let earlier = opened.open(&scope(), &migrations(&[ONE]), limits).await.unwrap();
    assert_eq!(earlier.sql.query(soon(), "SELECT * FROM a", &[]).await.unwrap().columns, 1);
    let later = opened.open(&scope(), &migrations(&[ONE, TWO]), limits).await.unwrap();
    for stores in [&earlier, &later] {
        assert_eq!(stores.sql.query(soon(), "SELECT * FROM a", &[]).await.unwrap().columns, 2);
        stores.sql.commit(soon(), &[write("UPDATE a SET name = 'x'")], &[]).await.unwrap();
    }
}

#[tokio::test]
async fn an_altered_migration_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    open(folder.path(), &migrations(&[ONE, TWO])).await.unwrap();
    let altered = migrations(&[ONE, "ALTER TABLE a ADD COLUMN title TEXT;"]);
    assert!(matches!(open(folder.path(), &altered).await, Err(OpenError::Altered { version: 2, .. })));
}

#[tokio::test]
async fn a_newer_store_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    open(folder.path(), &migrations(&[ONE, TWO])).await.unwrap();
    let outcome = open(folder.path(), &migrations(&[ONE])).await;
    assert!(matches!(outcome, Err(OpenError::Newer { found: 2, known: 1, .. })));
}

#[tokio::test]
async fn a_gap_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut gap = migrations(&[ONE, TWO]);
    gap.tables[1].version = 3;
    assert!(matches!(open(folder.path(), &gap).await, Err(OpenError::Failed { version: 3, .. })));
}

#[tokio::test]
async fn a_failing_migration_leaves_the_store_as_it_was() {
    for (text, why) in [
        ("CREATE TABLE c (id INTEGER); INSERT INTO c VALUES (1); SELECT nonsense;", "nonsense"),
        ("CREATE TABLE c (id INTEGER); DELETE FROM a; INSERT INTO a VALUES (1), (1);", "unique"),
        ("CREATE TABLE c (a INTEGER REFERENCES a (id)); INSERT INTO c VALUES (99);", "foreign key"),
        ("CREATE TABLE c (id INTEGER); COMMIT;", "allowed"),
        ("CREATE TABLE c (id INTEGER); ROLLBACK; CREATE TABLE d (id INTEGER);", "allowed"),
        ("CREATE TABLE c (id INTEGER);\0DROP TABLE a;", "NUL"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        match open(folder.path(), &migrations(&[ONE, text])).await {
            Err(OpenError::Failed { version: 2, reason, .. }) => assert!(reason.contains(why), "{reason}"),
            other => panic!("{text}: {:?}", other.map(drop)),
        }
        let stores = open(folder.path(), &migrations(&[ONE])).await.unwrap();
        assert_eq!(number(&stores.sql.query(soon(), "SELECT count(*) FROM a", &[]).await.unwrap()), 1);
        assert!(stores.sql.query(soon(), "SELECT * FROM c", &[]).await.is_err(), "{text}");
    }
}

#[tokio::test]
async fn a_migration_keeps_to_its_own_tables() {
    for text in [
        "DROP TABLE p2p_outbox;",
        "CREATE TRIGGER t AFTER INSERT ON p2p_outbox BEGIN SELECT 1; END;",
        "CREATE INDEX i ON p2p_documents (body);",
        "CREATE TABLE stolen AS SELECT * FROM p2p_documents;",
        "INSERT INTO p2p_inbox VALUES (x'00', 1);",
        "ALTER TABLE p2p_inbox ADD COLUMN x INTEGER;",
        "ATTACH 'other.sqlite' AS other;",
        "PRAGMA writable_schema = ON;",
        "PRAGMA journal_mode = DELETE;",
        "SELECT load_extension('x');",
        "CREATE VIRTUAL TABLE v USING dbstat;",
        "CREATE TEMP TABLE p2p_outbox (id INTEGER);",
        "VACUUM;",
        "ALTER TABLE a RENAME TO p2p_mine;",
        "CREATE TABLE c (event BLOB REFERENCES p2p_outbox (id) ON DELETE CASCADE);",
        "CREATE TABLE c (event BLOB, FOREIGN KEY (event) REFERENCES P2P_INBOX (event_id));",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let outcome = open(folder.path(), &migrations(&[ONE, text])).await;
        assert!(
            matches!(outcome, Err(OpenError::Failed { version: 2, .. })),
            "{text}: {:?}",
            outcome.map(drop)
        );
    }
}

#[tokio::test]
async fn a_table_can_be_rebuilt_under_its_references() {
    let folder = tempfile::tempdir().unwrap();
    let rebuild = "CREATE TABLE a2 (id INTEGER PRIMARY KEY, title TEXT);
        INSERT INTO a2 (id, title) SELECT id, name FROM a;
        DROP TABLE a;
        ALTER TABLE a2 RENAME TO a;";
    let stores = open(folder.path(), &migrations(&[ONE, TWO, THREE, rebuild])).await.unwrap();
    let rows = stores.sql.query(soon(), "SELECT b.id FROM b JOIN a ON a.id = b.a", &[]).await.unwrap();
    assert_eq!(number(&rows), 5);
    assert!(
        stores.sql.commit(soon(), &[write("DELETE FROM a")], &[]).await.is_err(),
        "references hold again"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_openers_one_applies() {
    let folder = tempfile::tempdir().unwrap();
    let steps = Arc::new(migrations(&[ONE, TWO, THREE]));
    let openers: Vec<_> = (0..8)
        .map(|_| {
            let (root, steps) = (folder.path().to_owned(), Arc::clone(&steps));
            tokio::spawn(async move { open(&root, &steps).await.map(drop) })
        })
        .collect();
    for opener in openers {
        opener.await.unwrap().unwrap();
    }
    let stores = open(folder.path(), &steps).await.unwrap();
    assert_eq!(number(&stores.sql.query(soon(), "SELECT count(*) FROM b", &[]).await.unwrap()), 1);
}
