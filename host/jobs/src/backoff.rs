//! How long to wait before the next try, and when to stop trying.

use std::time::Duration;

/// Waits after the first, second … failure. One failure more and the delivery is a dead letter.
const WAITS: [Duration; 8] = [
    Duration::from_secs(1),
    Duration::from_secs(5),
    Duration::from_secs(30),
    Duration::from_secs(120),
    Duration::from_secs(600),
    Duration::from_secs(1_800),
    Duration::from_secs(3_600),
    Duration::from_secs(7_200),
];

/// The wait after so many failures; none when it was one too many.
pub fn after(failures: u32) -> Option<Duration> {
    WAITS.get(failures.saturating_sub(1) as usize).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_end() {
        assert!((1..8).all(|n| after(n) < after(n + 1)));
        assert_eq!(after(9), None);
    }
}
