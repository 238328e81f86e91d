//! A job of a feature: its name, how often it is due, and when that is. Runs nothing.

use p2p_context::Timestamp;
use serde::{Deserialize, Serialize};

/// Longest time between two runs: 31 days.
const MINUTES_MAX: u32 = 31 * 24 * 60;
const NAME_MAX: usize = 48;
const MICROS_OF_A_MINUTE: i64 = 60_000_000;

/// A job of a feature, and how often it is due.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Schedule {
    /// Unique within the feature.
    pub name: String,
    /// Due whenever the minutes since 1970 are a multiple of this.
    pub every_minutes: u32,
}

impl Schedule {
    /// The latest moment at which it was due.
    pub fn last_due(&self, now: Timestamp) -> Timestamp {
        Timestamp(now.0 - now.0.rem_euclid(self.every()))
    }

    /// The next moment at which it is due.
    pub fn next_due(&self, now: Timestamp) -> Timestamp {
        Timestamp(self.last_due(now).0 + self.every())
    }

    /// What is wrong with it.
    pub(super) fn mistake(&self) -> Option<String> {
        let Self { name, every_minutes } = self;
        if !is_name(name) {
            return Some(format!("`{name}` is not a name of a job ([a-z][a-z0-9-]*)"));
        }
        let fits = (1..=MINUTES_MAX).contains(every_minutes);
        (!fits).then(|| format!("{name}: everyMinutes is not between 1 and {MINUTES_MAX}"))
    }

    /// Microseconds; never none, whatever a manifest says.
    fn every(&self) -> i64 {
        i64::from(self.every_minutes.max(1)) * MICROS_OF_A_MINUTE
    }
}

fn is_name(name: &str) -> bool {
    let letter = |b: u8| b.is_ascii_lowercase();
    name.len() <= NAME_MAX
        && name.bytes().next().is_some_and(letter)
        && name.bytes().all(|b| letter(b) || b.is_ascii_digit() || b == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_do_not_depend_on_when_somebody_looks() {
        let hourly = Schedule { name: "sweep".to_owned(), every_minutes: 60 };
        let hour = 60 * MICROS_OF_A_MINUTE;
        for now in [10 * hour, 10 * hour + 1, 11 * hour - 1] {
            assert_eq!(hourly.last_due(Timestamp(now)), Timestamp(10 * hour));
            assert_eq!(hourly.next_due(Timestamp(now)), Timestamp(11 * hour));
        }
        assert_eq!(hourly.last_due(Timestamp(-1)), Timestamp(-hour), "also before 1970");
    }

    #[test]
    fn every_day_is_midnight() {
        let daily = Schedule { name: "digest".to_owned(), every_minutes: 1_440 };
        // 2026-01-01T15:30:00Z
        let now = Timestamp(1_767_281_400_000_000);
        assert_eq!(daily.last_due(now).to_rfc3339(), "2026-01-01T00:00:00Z");
    }
}
