//! Rules about time. Measured, so run them alone: a busy machine wakes anyone late.

use std::time::{Duration, Instant};

use futures::FutureExt;
use p2p_context::Deadline;

use super::sql::number;
use super::tables::{book, statement};
use super::{Candidate, Verdict, open, rules, soon};
use crate::packed::Params;
use crate::ports::sql::{SqlError, SqlStore};
use crate::ports::stores::StoreCall;

/// How late an end may be.
const LATE: Duration = Duration::from_millis(20);

const ENDLESS: &str = "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) ";

/// All rules.
pub async fn all(candidate: &Candidate) -> Verdict {
    rules!(
        candidate,
        [endless_statements_end_at_the_deadline, neighbours_are_unharmed, a_dropped_read_ends_at_once]
    )
}

async fn read_endlessly(sql: &dyn SqlStore, deadline: Deadline) -> Option<SqlError> {
    let text = format!("{ENDLESS} SELECT max(n) FROM c");
    sql.query(StoreCall::until(deadline), &text, &[]).await.err()
}

async fn write_endlessly(sql: &dyn SqlStore, deadline: Deadline) -> Option<SqlError> {
    let text = format!("INSERT INTO books (id, slug) {ENDLESS} SELECT n, 'x' FROM c WHERE n < 0");
    sql.commit(StoreCall::until(deadline), &[statement(&text, Params::new())], &[]).await.err()
}

/// The best of some attempts counts.
async fn endless_statements_end_at_the_deadline(candidate: &Candidate) -> Verdict {
    let sql = open(candidate, "timing-endless").await?.sql;
    let (mut late_read, mut late_write) = (Duration::MAX, Duration::MAX);
    for _ in 0..5 {
        let deadline = Deadline::after(Duration::from_millis(60));
        assert_eq!(read_endlessly(sql.as_ref(), deadline).await, Some(SqlError::Timeout));
        late_read = late_read.min(Instant::now().saturating_duration_since(deadline.instant()));
        let deadline = Deadline::after(Duration::from_millis(60));
        assert_eq!(write_endlessly(sql.as_ref(), deadline).await, Some(SqlError::Timeout));
        late_write = late_write.min(Instant::now().saturating_duration_since(deadline.instant()));
    }
    assert!(late_read <= LATE && late_write <= LATE, "{late_read:?} and {late_write:?} past the deadline");
    sql.commit(soon(), &[book(1, "a")], &[]).await?;
    assert_eq!(number(&sql.query(soon(), "SELECT count(*) FROM books", &[]).await?)?, 1);
    Ok(())
}

/// While one caller's statement runs on, others read and, once it ended, write.
async fn neighbours_are_unharmed(candidate: &Candidate) -> Verdict {
    let sql = open(candidate, "timing-neighbours").await?.sql;
    let endless = {
        let sql = sql.clone();
        tokio::spawn(async move {
            read_endlessly(sql.as_ref(), Deadline::after(Duration::from_millis(400))).await
        })
    };
    let began = Instant::now();
    let mut reads = 0_u32;
    while !endless.is_finished() {
        sql.query(soon(), "SELECT count(*) FROM books", &[]).await?;
        reads += 1;
    }
    assert!(reads > 20, "{reads} reads beside an endless one in {:?}", began.elapsed());
    assert_eq!(endless.await?, Some(SqlError::Timeout));
    sql.commit(soon(), &[book(1, "a")], &[]).await?;
    Ok(())
}

/// Its connection is free for the next caller long before the deadline.
async fn a_dropped_read_ends_at_once(candidate: &Candidate) -> Verdict {
    let sql = open(candidate, "timing-dropped").await?.sql;
    let began = Instant::now();
    for _ in 0..20 {
        let mut endless = Box::pin(read_endlessly(sql.as_ref(), Deadline::after(Duration::from_secs(20))));
        assert!((&mut endless).now_or_never().is_none());
        assert!(tokio::time::timeout(Duration::from_millis(5), endless).await.is_err());
    }
    let everyone = (0..20).map(|_| sql.query(soon(), "SELECT 1", &[]));
    for outcome in futures::future::join_all(everyone).await {
        assert_eq!(number(&outcome?)?, 1);
    }
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    Ok(())
}
