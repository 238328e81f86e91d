//! Statements that try to leave their place, by SQLite's own doors.

use p2p_storage::packed::Params;
use p2p_storage::{SqlError, Statement, StoreLimits, Stores};

use super::support::{migrations, number, scope, soon, stores, write};

const TABLES: &str = "CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT);
    CREATE VIRTUAL TABLE found USING fts5 (body, content='notes', content_rowid='id');
    CREATE TRIGGER notes_added AFTER INSERT ON notes BEGIN
        INSERT INTO found (rowid, body) VALUES (new.id, new.body);
    END;
    CREATE VIEW spy AS SELECT * FROM p2p_outbox;
    CREATE TRIGGER smuggle AFTER DELETE ON notes BEGIN DELETE FROM p2p_outbox; END;";

const READS: &[&str] = &[
    "SELECT load_extension('/tmp/x.so')",
    "SELECT fts3_tokenizer('simple')",
    "SELECT * FROM pragma_database_list",
    "SELECT * FROM pragma_table_info('notes')",
    "SELECT * FROM sqlite_master",
    "SELECT * FROM sqlite_schema",
    "SELECT * FROM main.p2p_outbox",
    "SELECT * FROM \"P2P_OUTBOX\"",
    "SELECT * FROM [p2p_inbox]",
    "SELECT * FROM dbstat",
    "SELECT * FROM spy",
];

const WRITES: &[&str] = &[
    "DELETE FROM sqlite_master",
    "INSERT INTO sqlite_sequence VALUES ('p2p_outbox', 0)",
    "UPDATE sqlite_schema SET sql = ''",
    "DELETE FROM found_data",
    "DELETE FROM notes",
    "REPLACE INTO P2P_Documents VALUES ('a', 'b', 1, '{}')",
    "WITH x AS (SELECT 1) DELETE FROM main.p2p_outbox",
];

#[tokio::test]
async fn sqlites_own_doors_are_shut() {
    let folder = tempfile::tempdir().unwrap();
    let opened = stores(folder.path());
    let stores = opened.open(&scope(), &migrations(&[TABLES]), StoreLimits::default()).await.unwrap();
    stores.sql.commit(soon(), &[write("INSERT INTO notes VALUES (1, 'one')")], &[]).await.unwrap();
    for text in READS {
        assert_eq!(stores.sql.query(soon(), text, &[]).await.err(), Some(SqlError::Denied), "{text}");
    }
    for text in WRITES {
        assert_eq!(stores.sql.commit(soon(), &[write(text)], &[]).await, Err(SqlError::Denied), "{text}");
    }
    assert_eq!(number(&stores.sql.query(soon(), "SELECT count(*) FROM notes", &[]).await.unwrap()), 1);
}

#[tokio::test]
async fn a_host_statement_is_not_served_to_a_feature() {
    let folder = tempfile::tempdir().unwrap();
    let opened = stores(folder.path());
    let stores = opened.open(&scope(), &migrations(&[TABLES]), StoreLimits::default()).await.unwrap();
    let event = p2p_storage::Event { topic: "forums.x.y".into(), key: "k".into(), payload: b"{}".to_vec() };
    stores.sql.commit(soon(), &[], std::slice::from_ref(&event)).await.unwrap();
    // Word for word what the host has prepared on this connection.
    for text in [
        "INSERT INTO p2p_outbox (id, topic, key, payload, committed_at) VALUES ($1, $2, $3, $4, $5)",
        "INSERT INTO p2p_outbox (id, topic, key, payload, committed_at) VALUES ($1, $2, $3, $4, $5) ",
    ] {
        let params = Params::new().bytes(&[1; 16]).text("a").text("b").bytes(b"{}").s64(1).finish();
        let forged = Statement { text: text.to_owned(), params, expect: None };
        assert_eq!(stores.sql.commit(soon(), &[forged], &[]).await, Err(SqlError::Denied));
    }
    assert_eq!(stores.outbox.pending(10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn full_text_search_works_for_a_feature() {
    let folder = tempfile::tempdir().unwrap();
    let opened = stores(folder.path());
    let stores = opened.open(&scope(), &migrations(&[TABLES]), StoreLimits::default()).await.unwrap();
    let add = |id: i64, body: &str| Statement {
        text: "INSERT INTO notes VALUES ($1, $2)".to_owned(),
        params: Params::new().s64(id).text(body).finish(),
        expect: Some(1),
    };
    stores.sql.commit(soon(), &[add(1, "red apple"), add(2, "green pear")], &[]).await.unwrap();
    let text = "SELECT rowid, highlight(found, 0, '<', '>'), bm25(found) FROM found WHERE found MATCH $1";
    let rows = stores.sql.query(soon(), text, &Params::new().text("pea*").finish()).await.unwrap();
    assert_eq!(number(&rows), 2);
    for upkeep in ["rebuild", "optimize"] {
        let upkeep = format!("INSERT INTO found (found) VALUES ('{upkeep}')");
        stores.sql.commit(soon(), &[write(&upkeep)], &[]).await.unwrap();
    }
    let removal = write("INSERT INTO found (found, rowid, body) VALUES ('delete', 2, 'green pear')");
    stores.sql.commit(soon(), &[removal], &[]).await.unwrap();
    let rows = stores.sql.query(soon(), text, &Params::new().text("pear").finish()).await.unwrap();
    assert_eq!(rows.count, 0);
}

#[tokio::test]
async fn what_could_fill_memory_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let opened = stores(folder.path());
    let sql = opened.open(&scope(), &migrations(&[]), StoreLimits::default()).await.unwrap().sql;
    for text in [
        "SELECT zeroblob(1000000000)",
        "SELECT replace(hex(zeroblob(500000)), '0', 'xxxxxxxxxxxx')",
        "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 9000) SELECT group_concat(hex(zeroblob(1000))) FROM c",
    ] {
        assert_eq!(sql.query(soon(), text, &[]).await.err(), Some(SqlError::TooLarge), "{text}");
    }
    let deep = format!("SELECT {}1", "NOT ".repeat(5_000));
    let wide = format!("SELECT 1{}", " UNION ALL SELECT 1".repeat(500));
    for text in [deep, wide] {
        let outcome = sql.query(soon(), &text, &[]).await.map(|rows| rows.count);
        assert!(matches!(outcome, Err(SqlError::Rejected(_))), "{outcome:?}");
    }
}

#[tokio::test]
async fn text_that_is_not_utf8_is_mended() {
    let folder = tempfile::tempdir().unwrap();
    let opened = stores(folder.path());
    let sql = opened.open(&scope(), &migrations(&[]), StoreLimits::default()).await.unwrap().sql;
    let rows = sql.query(soon(), "SELECT CAST(x'61ff62' AS TEXT)", &[]).await.unwrap();
    let mut reader = p2p_storage::packed::RowReader::new(&rows).unwrap();
    assert!(reader.advance());
    assert_eq!(reader.text().unwrap(), "a\u{fffd}b");
}
