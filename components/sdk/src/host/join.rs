//! Waits for several answers at once. Over `ctx.concurrent()` the host works on all of them at the same time.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll};

enum Slot<F: Future> {
    Running(Pin<Box<F>>),
    Done(F::Output),
    Taken,
}

impl<F: Future> Slot<F> {
    fn new(future: F) -> Self {
        Self::Running(Box::pin(future))
    }

    /// Whether it is done.
    fn poll(&mut self, context: &mut Context<'_>) -> bool {
        if let Self::Running(future) = self {
            match future.as_mut().poll(context) {
                Poll::Ready(value) => *self = Self::Done(value),
                Poll::Pending => return false,
            }
        }
        true
    }

    fn take(&mut self) -> Option<F::Output> {
        match std::mem::replace(self, Self::Taken) {
            Self::Done(value) => Some(value),
            _ => None,
        }
    }
}

/// Both.
pub async fn join<A: Future, B: Future>(a: A, b: B) -> (A::Output, B::Output) {
    let (mut a, mut b) = (Slot::new(a), Slot::new(b));
    poll_fn(|context| {
        let done = a.poll(context) & b.poll(context);
        if !done {
            return Poll::Pending;
        }
        match (a.take(), b.take()) {
            (Some(a), Some(b)) => Poll::Ready((a, b)),
            _ => Poll::Pending,
        }
    })
    .await
}

/// All three.
pub async fn join3<A: Future, B: Future, C: Future>(a: A, b: B, c: C) -> (A::Output, B::Output, C::Output) {
    let ((a, b), c) = join(join(a, b), c).await;
    (a, b, c)
}

/// All of them, answers in their order.
pub async fn join_all<F: Future>(futures: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    let mut slots: Vec<_> = futures.into_iter().map(Slot::new).collect();
    poll_fn(move |context| {
        let done = slots.iter_mut().fold(true, |done, slot| slot.poll(context) & done);
        if done { Poll::Ready(slots.iter_mut().filter_map(Slot::take).collect()) } else { Poll::Pending }
    })
    .await
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::pin::pin;
    use std::task::Waker;

    use super::*;

    /// Ready at the second poll, so that both must have been polled once before either ends.
    async fn second_poll(value: u32, polled: &Cell<u32>) -> u32 {
        let mut first = true;
        poll_fn(|_| {
            polled.set(polled.get() + 1);
            if std::mem::take(&mut first) { Poll::Pending } else { Poll::Ready(()) }
        })
        .await;
        value
    }

    #[test]
    fn all_are_under_way_before_one_is_done() {
        let polled = Cell::new(0);
        let mut joined = pin!(join_all((0..3).map(|n| second_poll(n, &polled))));
        let mut context = Context::from_waker(Waker::noop());
        assert!(joined.as_mut().poll(&mut context).is_pending());
        assert_eq!(polled.get(), 3);
        assert_eq!(joined.as_mut().poll(&mut context), Poll::Ready(vec![0, 1, 2]));
    }

    #[test]
    fn different_types_join() {
        let polled = Cell::new(0);
        let mut joined = pin!(join3(second_poll(1, &polled), async { "two" }, async { 3.0 }));
        let mut context = Context::from_waker(Waker::noop());
        assert!(joined.as_mut().poll(&mut context).is_pending());
        assert_eq!(joined.as_mut().poll(&mut context), Poll::Ready((1, "two", 3.0)));
    }
}
