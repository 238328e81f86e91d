//! Rules of what the SQL port refuses, and how it says so.

use uuid::Uuid;

use super::sql::{number, one};
use super::tables::{book, statement};
use super::{Candidate, Verdict, open, rules, soon};
use crate::packed::Params;
use crate::ports::sql::SqlError;

/// Statements that no feature may run, in any dialect.
pub const DENIED: &[&str] = &[
    "PRAGMA foreign_keys = OFF",
    "ATTACH DATABASE '/tmp/x.sqlite' AS x",
    "DETACH DATABASE main",
    "BEGIN",
    "COMMIT",
    "ROLLBACK",
    "SAVEPOINT a",
    "CREATE TABLE mine (id INTEGER)",
    "CREATE INDEX mine ON books (price)",
    "DROP TABLE books",
    "ALTER TABLE books ADD COLUMN x INTEGER",
    "VACUUM",
    "ANALYZE",
    "REINDEX",
    "EXPLAIN SELECT 1",
    "SET search_path TO public",
    "GRANT ALL ON books TO public",
    "COPY books TO '/tmp/x'",
    "LISTEN x",
];

/// Statements that would read what is not the feature's.
pub const DENIED_READS: &[&str] = &[
    "SELECT * FROM p2p_outbox",
    "SELECT 1 WHERE EXISTS (SELECT 1 FROM p2p_inbox)",
    "WITH x AS (SELECT * FROM p2p_migrations) SELECT * FROM x",
    "SELECT (SELECT body FROM p2p_documents LIMIT 1)",
];

/// Statements that would write what is not the feature's.
pub const DENIED_WRITES: &[&str] = &[
    "DELETE FROM p2p_outbox",
    "INSERT INTO p2p_inbox (event_id, handled_at) VALUES ($1, $2)",
    "UPDATE p2p_documents SET version = 7",
    "INSERT INTO books (id, slug) SELECT position, topic FROM p2p_outbox",
];

/// All rules.
pub async fn all(candidate: &Candidate) -> Verdict {
    rules!(
        candidate,
        [constraints_are_named, misfits_are_rejected, foreign_statements_are_denied, a_query_cannot_write]
    )
}

async fn constraints_are_named(candidate: &Candidate) -> Verdict {
    let sql = open(candidate, "sql-constraints").await?.sql;
    sql.commit(soon(), &[book(1, "a")], &[]).await?;
    let attempt =
        async |text: &str, params: Params| sql.commit(soon(), &[statement(text, params)], &[]).await;
    match attempt("INSERT INTO books (id, slug) VALUES (2, 'a')", Params::new()).await {
        Err(SqlError::UniqueViolation(name)) => assert!(name.contains("slug"), "{name}"),
        other => return Err(format!("{other:?}").into()),
    }
    match attempt("INSERT INTO books (id, slug, price) VALUES (2, 'b', -1)", Params::new()).await {
        Err(SqlError::CheckViolation(name)) => assert_eq!(name, "books_price"),
        other => return Err(format!("{other:?}").into()),
    }
    match attempt("INSERT INTO books (id) VALUES (2)", Params::new()).await {
        Err(SqlError::CheckViolation(name)) => assert!(name.contains("slug"), "{name}"),
        other => return Err(format!("{other:?}").into()),
    }
    let orphan = Params::new().uuid(Uuid::from_u128(5));
    let outcome = attempt("INSERT INTO books (id, slug, author) VALUES (3, 'c', $1)", orphan).await;
    assert_eq!(outcome, Err(SqlError::ReferenceViolation));
    Ok(())
}

async fn misfits_are_rejected(candidate: &Candidate) -> Verdict {
    let sql = open(candidate, "sql-misfits").await?.sql;
    let cases: &[(&str, Vec<u8>)] = &[
        ("SELEC 1", vec![]),
        ("SELECT FROM WHERE", vec![]),
        ("SELECT nothing FROM books", vec![]),
        ("SELECT 1 FROM nowhere", vec![]),
        ("SELECT \"just text\"", vec![]),
        ("", vec![]),
        ("SELECT 1; SELECT 2", vec![]),
        ("SELECT 1\0", vec![]),
        ("SELECT ?", one(1)),
        ("SELECT :a", one(1)),
        ("SELECT $0", one(1)),
        ("SELECT $x", one(1)),
        ("SELECT $1, $2", one(1)),
        ("SELECT 1", one(1)),
        ("SELECT $1", vec![]),
        ("SELECT $1", vec![9, 9]),
        ("SELECT $1", vec![1, 0, 0, 0, 0, 5, 255, 255, 255, 255]),
        ("SELECT $1", vec![1, 0, 0, 0, 0, 5, 1, 0, 0, 0, 0xff]),
    ];
    for (text, params) in cases {
        let outcome = sql.query(soon(), text, params).await;
        // A word that begins no statement is not one a feature may run either.
        let refused = matches!(outcome, Err(SqlError::Rejected(_) | SqlError::Denied));
        assert!(refused, "{text:?} {params:?} answered {outcome:?}");
    }
    let read = sql.commit(soon(), &[statement("SELECT 1", Params::new())], &[]).await;
    assert!(matches!(read, Err(SqlError::Rejected(_))), "{read:?}");
    Ok(())
}

async fn foreign_statements_are_denied(candidate: &Candidate) -> Verdict {
    let sql = open(candidate, "sql-denied").await?.sql;
    for text in DENIED.iter().chain(DENIED_READS) {
        assert_eq!(sql.query(soon(), text, &[]).await.err(), Some(SqlError::Denied), "{text}");
    }
    for text in DENIED.iter().chain(DENIED_WRITES) {
        let params = if text.contains("$2") { Params::new().bytes(&[1; 16]).s64(1) } else { Params::new() };
        let outcome = sql.commit(soon(), &[book(1, "a"), statement(text, params)], &[]).await;
        assert_eq!(outcome, Err(SqlError::Denied), "{text}");
    }
    assert_eq!(number(&sql.query(soon(), "SELECT count(*) FROM books", &[]).await?)?, 0);
    Ok(())
}

async fn a_query_cannot_write(candidate: &Candidate) -> Verdict {
    let sql = open(candidate, "sql-query-writes").await?.sql;
    for text in [
        "INSERT INTO books (id, slug) VALUES (1, 'a')",
        "INSERT INTO books (id, slug) VALUES (1, 'a') RETURNING id",
        "WITH x AS (SELECT 1 AS id) INSERT INTO books (id, slug) SELECT id, 'a' FROM x",
        "DELETE FROM books",
        "UPDATE books SET price = 1",
    ] {
        assert_eq!(sql.query(soon(), text, &[]).await.err(), Some(SqlError::Denied), "{text}");
    }
    assert_eq!(number(&sql.query(soon(), "SELECT count(*) FROM books", &[]).await?)?, 0);
    Ok(())
}
