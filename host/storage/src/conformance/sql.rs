//! Rules of the SQL port: what comes back and what a batch keeps.

use futures::FutureExt;
use p2p_context::Timestamp;
use uuid::Uuid;

use super::sql_refused as refused;
use super::tables::{book, migrations, statement};
use super::{Candidate, Verdict, open, rules, scope, soon};
use crate::packed::{Params, RowReader};
use crate::ports::sql::{Rows, SqlError};
use crate::ports::stores::StoreLimits;

/// All rules.
pub async fn all(candidate: &Candidate) -> Verdict {
    refused::all(candidate).await?;
    rules!(
        candidate,
        [
            every_type_comes_back,
            an_empty_answer_has_its_columns,
            changed_rows_are_counted,
            an_unmet_expectation_undoes_all,
            answers_are_capped,
            concurrent_writes_all_count,
            one_of_two_rivals_wins,
            a_dropped_write_leaves_nothing,
            scopes_are_apart,
        ]
    )
}

/// The only cell of an answer, as an integer.
pub(super) fn number(rows: &Rows) -> Result<i64, Box<dyn std::error::Error + Send + Sync>> {
    let mut reader = RowReader::new(rows)?;
    assert!(reader.advance(), "there is a row");
    Ok(reader.s64()?)
}

async fn every_type_comes_back(candidate: &Candidate) -> Verdict {
    let sql = open(candidate, "sql-types").await?.sql;
    let id = Uuid::from_u128(0x0123_4567_89ab_cdef);
    let at = Timestamp(1_790_000_000_123_456);
    let full = Params::new()
        .bool(true)
        .s64(i64::MIN)
        .f64(-0.5)
        .text("سلام 'a' \u{1f600}")
        .bytes(&[0, 255])
        .uuid(id)
        .timestamp(at)
        .json(br#"{"a":[1]}"#);
    let insert = "INSERT INTO cells (id, b, i, f, t, y, u, w, j) VALUES (1, $1, $2, $3, $4, $5, $6, $7, $8)";
    let nothing = statement("INSERT INTO cells (id) VALUES (2)", Params::new());
    sql.commit(soon(), &[statement(insert, full), nothing], &[]).await?;
    let rows = sql.query(soon(), "SELECT b, i, f, t, y, u, w, j FROM cells ORDER BY id", &[]).await?;
    assert_eq!((rows.columns, rows.count), (8, 2));
    let mut reader = RowReader::new(&rows)?;
    assert!(reader.advance());
    assert!(reader.bool()?);
    assert_eq!(reader.s64()?, i64::MIN);
    assert_eq!(reader.cell()?, crate::packed::Cell::F64(-0.5));
    assert_eq!(reader.text()?, "سلام 'a' \u{1f600}");
    assert_eq!(reader.bytes_or_null()?, Some([0, 255].as_slice()));
    assert_eq!(reader.uuid()?, id);
    assert_eq!(reader.timestamp()?, at);
    let json: serde_json::Value = serde_json::from_str(reader.text()?)?;
    assert_eq!(json, serde_json::json!({"a": [1]}));
    assert!(reader.advance());
    for _ in 0..8 {
        assert_eq!(reader.cell()?, crate::packed::Cell::Null);
    }
    assert!(!reader.advance());
    Ok(())
}

async fn an_empty_answer_has_its_columns(candidate: &Candidate) -> Verdict {
    let sql = open(candidate, "sql-columns").await?.sql;
    for _ in 0..2 {
        let rows = sql.query(soon(), "SELECT id, slug AS name FROM books WHERE id = $1", &one(5)).await?;
        assert_eq!((rows.columns, rows.count), (2, 0));
        assert!(rows.data.ends_with(b"\x02\0id\x04\0name"), "names follow: {:?}", rows.data);
    }
    sql.commit(soon(), &[book(5, "a")], &[]).await?;
    let rows = sql.query(soon(), "SELECT id, slug AS name FROM books WHERE id = $1", &one(5)).await?;
    assert!(rows.data.ends_with(b"\x02\0id\x04\0name"));
    Ok(())
}

/// A single integer parameter.
pub(super) fn one(value: i64) -> Vec<u8> {
    Params::new().s64(value).finish()
}

async fn changed_rows_are_counted(candidate: &Candidate) -> Verdict {
    let sql = open(candidate, "sql-counts").await?.sql;
    let raise = statement("UPDATE books SET price = price + $1", Params::new().s64(2));
    let skip =
        statement("INSERT INTO books (id, slug) VALUES (1, 'a') ON CONFLICT DO NOTHING", Params::new());
    let returning = statement("DELETE FROM books WHERE id = 2 RETURNING id", Params::new());
    let none = statement("DELETE FROM books WHERE id = 77", Params::new());
    let changed =
        sql.commit(soon(), &[book(1, "a"), book(2, "b"), raise, skip, returning, none], &[]).await?;
    assert_eq!(changed, [1, 1, 2, 0, 1, 0]);
    assert!(sql.commit(soon(), &[], &[]).await?.is_empty());
    Ok(())
}

async fn an_unmet_expectation_undoes_all(candidate: &Candidate) -> Verdict {
    let sql = open(candidate, "sql-stale").await?.sql;
    let mut update = statement("UPDATE books SET price = 9 WHERE id = 1 AND price = 8", Params::new());
    update.expect = Some(1);
    let outcome = sql.commit(soon(), &[book(1, "a"), update.clone()], &[]).await;
    assert_eq!(outcome, Err(SqlError::Stale(1)));
    assert_eq!(number(&sql.query(soon(), "SELECT count(*) FROM books", &[]).await?)?, 0);
    update.expect = Some(0);
    assert_eq!(sql.commit(soon(), &[book(1, "a"), update], &[]).await?, [1, 0]);
    Ok(())
}

const COUNT_TO: &str = "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < $1) ";

async fn answers_are_capped(candidate: &Candidate) -> Verdict {
    let limits = StoreLimits { rows: 10, bytes: 4_000 };
    let sql = candidate.open(&scope("sql-caps")?, &migrations(), limits).await?.sql;
    let rows = format!("{COUNT_TO} SELECT n FROM c");
    assert_eq!(sql.query(soon(), &rows, &one(10)).await?.count, 10);
    assert_eq!(sql.query(soon(), &rows, &one(11)).await.err(), Some(SqlError::TooLarge));
    assert_eq!(sql.query(soon(), &rows, &one(1_000_000_000)).await.err(), Some(SqlError::TooLarge));
    let text = Params::new().text(&"x".repeat(1_900)).finish();
    assert_eq!(sql.query(soon(), "SELECT $1, $1", &text).await?.count, 1);
    assert_eq!(sql.query(soon(), "SELECT $1, $1, $1", &text).await.err(), Some(SqlError::TooLarge));
    assert_eq!(number(&sql.query(soon(), "SELECT 7", &[]).await?)?, 7, "the store is well afterwards");
    Ok(())
}

async fn concurrent_writes_all_count(candidate: &Candidate) -> Verdict {
    let sql = open(candidate, "sql-concurrent").await?.sql;
    sql.commit(soon(), &[book(1, "a")], &[]).await?;
    let raise = || {
        let (sql, raise) =
            (sql.clone(), statement("UPDATE books SET price = price + 1 WHERE id = 1", Params::new()));
        tokio::spawn(async move { sql.commit(soon(), &[raise], &[]).await })
    };
    let writers: Vec<_> = (0..50).map(|_| raise()).collect();
    for writer in writers {
        assert_eq!(writer.await??, [1]);
    }
    assert_eq!(number(&sql.query(soon(), "SELECT price FROM books", &[]).await?)?, 50);
    Ok(())
}

async fn one_of_two_rivals_wins(candidate: &Candidate) -> Verdict {
    let sql = open(candidate, "sql-rivals").await?.sql;
    sql.commit(soon(), &[book(1, "a")], &[]).await?;
    for price in 0..20 {
        let mut claim =
            statement("UPDATE books SET price = price + 1 WHERE price = $1", Params::new().s64(price));
        claim.expect = Some(1);
        let rival = |claim| {
            let sql = sql.clone();
            tokio::spawn(async move { sql.commit(soon(), &[claim], &[]).await })
        };
        let (one, other) = (rival(claim.clone()), rival(claim));
        let outcomes = [one.await?, other.await?];
        assert!(
            outcomes.contains(&Ok(vec![1])) && outcomes.contains(&Err(SqlError::Stale(0))),
            "{outcomes:?}"
        );
    }
    Ok(())
}

/// Dropped at whichever step it stands: not one of them may leave a lock or a row behind.
async fn a_dropped_write_leaves_nothing(candidate: &Candidate) -> Verdict {
    let sql = open(candidate, "sql-dropped").await?.sql;
    for step in 0..40 {
        let batch = [book(1, "a"), book(1, "b")];
        let mut write = sql.commit(soon(), &batch, &[]);
        for _ in 0..step {
            if (&mut write).now_or_never().is_some() {
                break;
            }
            tokio::task::yield_now().await;
        }
    }
    assert_eq!(number(&sql.query(soon(), "SELECT count(*) FROM books", &[]).await?)?, 0);
    assert_eq!(sql.commit(soon(), &[book(1, "a")], &[]).await?, [1]);
    Ok(())
}

async fn scopes_are_apart(candidate: &Candidate) -> Verdict {
    let one = open(candidate, "sql-apart-one").await?.sql;
    let other = open(candidate, "sql-apart-other").await?.sql;
    one.commit(soon(), &[book(1, "a")], &[]).await?;
    assert_eq!(number(&other.query(soon(), "SELECT count(*) FROM books", &[]).await?)?, 0);
    Ok(())
}
