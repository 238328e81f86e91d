//! The moment at which a call must be over. Set once at admission, handed on, never extended.

use std::time::{Duration, Instant};

/// A point on the monotonic clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deadline(Instant);

impl Deadline {
    /// This long from now.
    pub fn after(span: Duration) -> Self {
        Self(Instant::now() + span)
    }

    /// The moment itself.
    pub fn instant(self) -> Instant {
        self.0
    }

    /// How long is left; zero when it has passed.
    pub fn remaining(self) -> Duration {
        self.0.saturating_duration_since(Instant::now())
    }

    /// Whether it has passed.
    pub fn has_passed(self) -> bool {
        Instant::now() >= self.0
    }

    /// The earlier of the two.
    pub fn min(self, other: Self) -> Self {
        if self.0 <= other.0 { self } else { other }
    }
}
