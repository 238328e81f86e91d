//! Full-text columns: a feature writes finished words as text, and asks with text. Neither type travels itself.

use p2p_storage::packed::Params;
use p2p_storage::{SqlError, Statement, StoreLimits, Stores};

use super::support::{migrations, number, scope, soon, world, write};

const TABLES: &str = "CREATE TABLE entries (number BIGINT PRIMARY KEY, words TSVECTOR);
    CREATE INDEX entries_words ON entries USING gin (words);";
const KEEP: &str = "UPDATE entries SET words = CAST(CAST($2 AS TEXT) AS TSVECTOR) WHERE number = $1";
const FIND: &str = "SELECT number FROM entries WHERE words @@ CAST(CAST($1 AS TEXT) AS TSQUERY) \
    ORDER BY ts_rank(words, CAST(CAST($1 AS TEXT) AS TSQUERY), 1) DESC LIMIT 1";
const COUNT: &str = "SELECT count(*) FROM entries WHERE words @@ CAST(CAST($1 AS TEXT) AS TSQUERY)";

fn keep(number: i64, words: &str) -> Statement {
    let params = Params::new().s64(number).text(words).finish();
    Statement { text: KEEP.to_owned(), params, expect: Some(1) }
}

#[tokio::test]
async fn words_are_kept_replaced_found_and_removed() {
    let world = world().await;
    let limits = StoreLimits::default();
    let stores = world.stores.open(&scope(), &migrations(&[TABLES]), limits).await.unwrap();
    let rows = write("INSERT INTO entries VALUES (1, NULL), (2, NULL)");
    let batch =
        [rows, keep(1, "'pump':1A"), keep(2, "'x':1A 'مضخه':2 'pump':3"), keep(1, "'pumping':1A 'x':2")];
    assert_eq!(stores.sql.commit(soon(), &batch, &[]).await.unwrap(), [2, 1, 1, 1]);
    let ask = async |text: &str, words: &str| {
        let rows = stores.sql.query(soon(), text, &Params::new().text(words).finish()).await;
        rows.map(|rows| number(&rows))
    };
    for (words, wanted) in [("'pump':*", 2), ("'pump'", 1), ("'مضخه'", 1), ("('x' | 'y') & ('pump':*)", 2)]
    {
        assert_eq!(ask(COUNT, words).await, Ok(wanted), "{words}");
    }
    assert_eq!(ask(FIND, "'pump':*").await, Ok(1), "a title counts more");
    stores
        .sql
        .commit(soon(), &[write("UPDATE entries SET words = NULL WHERE number = 1")], &[])
        .await
        .unwrap();
    assert_eq!(ask(COUNT, "'pump':*").await, Ok(1));
    assert!(matches!(ask(COUNT, "'open").await, Err(SqlError::Rejected(_))));
}
