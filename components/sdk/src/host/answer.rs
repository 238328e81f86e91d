//! An answer of the host: there at once, or later. A call that was made synchronously allocates no future.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

/// What a capability answers. Not `Send`: the edge's futures are not.
#[must_use = "an answer that may come later does nothing until it is awaited"]
pub enum Answer<'a, T> {
    /// It is here; empty once it was taken.
    Ready(Option<T>),
    /// It is on its way.
    Waiting(Pin<Box<dyn Future<Output = T> + 'a>>),
}

impl<'a, T> Answer<'a, T> {
    /// An answer that is here.
    pub fn ready(value: T) -> Self {
        Self::Ready(Some(value))
    }

    /// An answer that comes when the future is done.
    pub fn waiting(future: impl Future<Output = T> + 'a) -> Self {
        Self::Waiting(Box::pin(future))
    }
}

// Nothing in it is pinned in place: the future has its own box.
impl<T> Unpin for Answer<'_, T> {}

impl<T> Future for Answer<'_, T> {
    type Output = T;

    #[inline]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        match self.get_mut() {
            // Polled again after it answered: a mistake of the caller, who waits for ever.
            Self::Ready(value) => value.take().map_or(Poll::Pending, Poll::Ready),
            Self::Waiting(future) => future.as_mut().poll(context),
        }
    }
}

impl<T> fmt::Debug for Answer<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ready(_) => "Answer::Ready",
            Self::Waiting(_) => "Answer::Waiting",
        })
    }
}
