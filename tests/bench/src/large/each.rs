//! Many calls, some of them at a time, on every core.

use std::future::Future;
use std::ops::Range;

use anyhow::Result;
use futures::{StreamExt as _, TryStreamExt as _, stream};

/// So many wait for a store while others run.
const AT_ONCE: usize = 24;

/// What each number brings about, in the order of the numbers. The first error ends it.
pub async fn each<T, F>(numbers: Range<u32>, work: impl Fn(u32) -> F) -> Result<Vec<T>>
where
    T: Send + 'static,
    F: Future<Output = Result<T>> + Send + 'static,
{
    let running = stream::iter(numbers).map(|number| tokio::spawn(work(number))).buffered(AT_ONCE);
    running.map(|ended| ended.map_err(anyhow::Error::from).flatten()).try_collect().await
}
