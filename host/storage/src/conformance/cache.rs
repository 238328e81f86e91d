//! Rules of the cache port: values come back until their time is over, counters lose no step.

use std::time::Duration;

use super::{Candidate, Verdict, open, rules};
use crate::ports::cache::CacheError;

const LONG: Duration = Duration::from_secs(3600);

/// All rules.
pub async fn all(candidate: &Candidate) -> Verdict {
    rules!(
        candidate,
        [
            values_come_back,
            sizes_have_bounds,
            values_end,
            counters_lose_no_step,
            a_counter_keeps_its_end,
            scopes_are_apart,
        ]
    )
}

async fn values_come_back(candidate: &Candidate) -> Verdict {
    let cache = open(candidate, "cache-values").await?.cache;
    assert_eq!(cache.get("a").await?, None);
    cache.set("a", b"one".to_vec(), LONG).await?;
    cache.set("empty", Vec::new(), LONG).await?;
    assert_eq!(cache.get("a").await?, Some(b"one".to_vec()));
    assert_eq!(cache.get("empty").await?, Some(Vec::new()));
    cache.set("a", b"two".to_vec(), LONG).await?;
    assert_eq!(cache.get("a").await?, Some(b"two".to_vec()));
    cache.delete("a").await?;
    cache.delete("a").await?;
    assert_eq!(cache.get("a").await?, None);
    Ok(())
}

async fn sizes_have_bounds(candidate: &Candidate) -> Verdict {
    let cache = open(candidate, "cache-sizes").await?.cache;
    let (key, long_key) = ("k".repeat(256), "k".repeat(257));
    cache.set(&key, vec![1; 64 << 10], LONG).await?;
    assert_eq!(cache.get(&key).await?.map(|value| value.len()), Some(64 << 10));
    assert_eq!(cache.set(&key, vec![1; (64 << 10) + 1], LONG).await, Err(CacheError::TooLarge));
    assert_eq!(cache.set(&long_key, vec![1], LONG).await, Err(CacheError::TooLarge));
    assert_eq!(cache.get(&long_key).await, Err(CacheError::TooLarge));
    assert_eq!(cache.increment(&long_key, 1, LONG).await, Err(CacheError::TooLarge));
    Ok(())
}

async fn values_end(candidate: &Candidate) -> Verdict {
    let cache = open(candidate, "cache-end").await?.cache;
    cache.set("short", b"x".to_vec(), Duration::from_millis(1)).await?;
    cache.set("long", b"x".to_vec(), LONG).await?;
    let ends = async {
        while cache.get("short").await?.is_some() {
            tokio::task::yield_now().await;
        }
        Ok::<_, CacheError>(())
    };
    tokio::time::timeout(Duration::from_secs(20), ends).await??;
    assert!(cache.get("long").await?.is_some());
    Ok(())
}

async fn counters_lose_no_step(candidate: &Candidate) -> Verdict {
    let cache = open(candidate, "cache-counters").await?.cache;
    assert_eq!(cache.increment("n", 5, LONG).await?, 5);
    let steps: Vec<_> = (0..100)
        .map(|_| {
            let cache = cache.clone();
            tokio::spawn(async move { cache.increment("n", 1, LONG).await })
        })
        .collect();
    let mut seen = Vec::new();
    for step in steps {
        seen.push(step.await??);
    }
    seen.sort_unstable();
    assert_eq!(seen, (6..=105).collect::<Vec<_>>(), "each step is seen once");
    assert_eq!(cache.increment("n", -105, LONG).await?, 0);
    cache.delete("n").await?;
    assert_eq!(cache.increment("n", 1, LONG).await?, 1);
    Ok(())
}

/// A window that moved with every step would never end.
async fn a_counter_keeps_its_end(candidate: &Candidate) -> Verdict {
    let cache = open(candidate, "cache-window").await?.cache;
    let window = Duration::from_millis(50);
    cache.increment("n", 1, window).await?;
    let ends = async {
        while cache.increment("n", 1, window).await? > 1 {
            tokio::task::yield_now().await;
        }
        Ok::<_, CacheError>(())
    };
    tokio::time::timeout(Duration::from_secs(20), ends).await??;
    Ok(())
}

async fn scopes_are_apart(candidate: &Candidate) -> Verdict {
    let one = open(candidate, "cache-apart-one").await?.cache;
    let other = open(candidate, "cache-apart-other").await?.cache;
    one.set("a", b"x".to_vec(), LONG).await?;
    assert_eq!(other.get("a").await?, None);
    Ok(())
}
