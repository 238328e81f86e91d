//! Full-text tables within the guards: a feature's migration makes one, its writes replace and remove words, its reads
//! match and rank, and nothing of it opens a door.

use p2p_storage::packed::Params;
use p2p_storage::{SqlError, Statement, StoreLimits, Stores};

use super::support::{migrations, number, scope, soon, stores, write};

const TABLES: &str = "CREATE TABLE entries (number INTEGER PRIMARY KEY, title TEXT NOT NULL);
    CREATE VIRTUAL TABLE words USING fts5 (title, body, content='', contentless_delete=1, tokenize='ascii', prefix='3');";
const KEEP: &str =
    "INSERT OR REPLACE INTO words (rowid, title, body) SELECT number, $2, $3 FROM entries WHERE number = $1";
const FIND: &str = "SELECT entries.number FROM words JOIN entries ON entries.number = words.rowid \
    WHERE words MATCH $1 ORDER BY bm25(words, 8.0, 1.0) LIMIT 1";
const COUNT: &str = "SELECT count(*) FROM words WHERE words MATCH $1";

fn keep(number: i64, title: &str, body: &str) -> Statement {
    let params = Params::new().s64(number).text(title).text(body).finish();
    Statement { text: KEEP.to_owned(), params, expect: Some(1) }
}

#[tokio::test]
async fn words_are_kept_replaced_found_and_removed() {
    let folder = tempfile::tempdir().unwrap();
    let opened = stores(folder.path());
    let stores = opened.open(&scope(), &migrations(&[TABLES]), StoreLimits::default()).await.unwrap();
    let rows = write("INSERT INTO entries VALUES (1, 'a'), (2, 'b')");
    let batch = [rows, keep(1, "pump", "x"), keep(2, "x", "مضخه pump"), keep(1, "pumping", "x")];
    assert_eq!(stores.sql.commit(soon(), &batch, &[]).await.unwrap(), [2, 1, 1, 1]);
    let ask = async |text: &str, words: &str| {
        let rows = stores.sql.query(soon(), text, &Params::new().text(words).finish()).await;
        rows.map(|rows| number(&rows))
    };
    for (words, wanted) in
        [("\"pump\" *", 2), ("\"pump\"", 1), ("\"مضخه\"", 1), ("(\"x\" OR \"y\") AND (\"pump\" *)", 2)]
    {
        assert_eq!(ask(COUNT, words).await, Ok(wanted), "{words}");
    }
    assert_eq!(ask(FIND, "\"pump\" *").await, Ok(1), "a title counts more");
    let remove = write("DELETE FROM words WHERE rowid IN (SELECT number FROM entries WHERE title = 'a')");
    stores.sql.commit(soon(), &[remove], &[]).await.unwrap();
    assert_eq!(ask(COUNT, "\"pump\" *").await, Ok(1));
    assert!(matches!(ask(COUNT, "\"open").await, Err(SqlError::Rejected(_))));
}

#[tokio::test]
async fn its_own_tables_stay_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let opened = stores(folder.path());
    let stores = opened.open(&scope(), &migrations(&[TABLES]), StoreLimits::default()).await.unwrap();
    for text in [
        "INSERT INTO words_data VALUES (1, x'00')",
        "DELETE FROM words_docsize",
        "UPDATE words_config SET v = 9",
        "CREATE VIRTUAL TABLE other USING fts5 (a)",
        "DROP TABLE words",
    ] {
        assert_eq!(stores.sql.commit(soon(), &[write(text)], &[]).await, Err(SqlError::Denied), "{text}");
    }
}
