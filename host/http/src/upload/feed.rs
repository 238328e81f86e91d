//! A request body as the multipart parser may have it: one chunk at a time, because the parser would otherwise buffer
//! whatever is ready; never more than the request may hold; and little while only headers of a part are due.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::task::{Context, Poll};

use axum::body::{Body, BodyDataStream};
use bytes::Bytes;
use futures::{Stream, StreamExt as _};

/// Most bytes that may arrive while the parser looks for the next part.
const HEADERS: u64 = 256 << 10;

/// The stream.
pub struct Feed {
    body: BodyDataStream,
    meter: Arc<Meter>,
    rest: u64,
    pause: bool,
}

/// Says what the parser is waiting for.
#[derive(Debug, Default)]
pub struct Meter(AtomicU64);

/// Why the stream ended early.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    /// More bytes than the request may hold.
    #[error("the request is too large")]
    TooLarge,
    /// The sender went away.
    #[error("the request ended early")]
    Truncated,
}

impl Feed {
    /// A body of at most so many bytes.
    pub fn new(body: Body, limit: u64) -> (Self, Arc<Meter>) {
        let meter = Arc::new(Meter::default());
        (Self { body: body.into_data_stream(), meter: Arc::clone(&meter), rest: limit, pause: false }, meter)
    }

    fn pass(&mut self, chunk: Bytes) -> Result<Bytes, FeedError> {
        let length = chunk.len() as u64;
        self.rest = self.rest.checked_sub(length).ok_or(FeedError::TooLarge)?;
        let allowed = self.meter.0.load(Relaxed).checked_sub(length).ok_or(FeedError::TooLarge)?;
        self.meter.0.store(allowed, Relaxed);
        Ok(chunk)
    }
}

impl Meter {
    /// The parser looks for the next part.
    pub fn expect_headers(&self) {
        self.0.store(HEADERS, Relaxed);
    }

    /// The parser hands out the content of a part.
    pub fn expect_content(&self) {
        self.0.store(u64::MAX, Relaxed);
    }
}

impl Stream for Feed {
    type Item = Result<Bytes, FeedError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if std::mem::take(&mut self.pause) {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let chunk = std::task::ready!(self.body.poll_next_unpin(cx));
        self.pause = true;
        Poll::Ready(
            chunk.map(|chunk| chunk.map_err(|_| FeedError::Truncated).and_then(|chunk| self.pass(chunk))),
        )
    }
}

/// Whether the parser failed because there was too much.
pub fn is_too_large(cause: &(dyn std::error::Error + Send + Sync + 'static)) -> bool {
    matches!(cause.downcast_ref(), Some(FeedError::TooLarge))
}
