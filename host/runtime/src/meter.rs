//! Measures a call from outside: time on a thread per poll, and the largest linear memory.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use wasmtime::ResourceLimiter;

/// A future that adds up the time its polls take. Waiting costs nothing here; being preempted by the system does,
/// so on a crowded machine this reads high, never low.
pub struct Metered<'a, F> {
    inner: Pin<&'a mut F>,
    spent: &'a mut Duration,
}

impl<'a, F: Future> Metered<'a, F> {
    /// Watches this future and adds to this sum, which is true at every moment.
    pub fn new(inner: Pin<&'a mut F>, spent: &'a mut Duration) -> Self {
        Self { inner, spent }
    }
}

impl<F: Future> Future for Metered<'_, F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let begun = Instant::now();
        let polled = self.inner.as_mut().poll(cx);
        *self.spent += begun.elapsed();
        polled
    }
}

/// Bounds the memory of one instance and remembers how far it went.
#[derive(Debug)]
pub struct MemoryLimiter {
    limit: usize,
    /// Of all memories of the instance together.
    size: usize,
    peak: usize,
    refused: bool,
}

impl MemoryLimiter {
    /// At most this many bytes of linear memory.
    pub fn new(limit: usize) -> Self {
        Self { limit, size: 0, peak: 0, refused: false }
    }

    /// Begins a call: what an earlier one reached or was refused is not this one's.
    pub fn begin(&mut self) {
        self.peak = self.size;
        self.refused = false;
    }

    /// Largest linear memory of this call so far, bytes.
    pub fn peak(&self) -> usize {
        self.peak
    }

    /// Whether growth was refused, which most guests answer with a trap.
    pub fn was_refused(&self) -> bool {
        self.refused
    }
}

impl ResourceLimiter for MemoryLimiter {
    fn memory_growing(&mut self, from: usize, to: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        let size = self.size.saturating_sub(from).saturating_add(to);
        let fits = size <= self.limit;
        if fits {
            self.size = size;
            self.peak = self.peak.max(size);
        } else {
            self.refused = true;
        }
        Ok(fits)
    }

    fn table_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        Ok(desired <= TABLE_ELEMENTS)
    }

    fn instances(&self) -> usize {
        20
    }

    fn tables(&self) -> usize {
        20
    }

    fn memories(&self) -> usize {
        4
    }
}

/// Elements one table may hold; a large guest has a few thousand.
const TABLE_ELEMENTS: usize = 100_000;
