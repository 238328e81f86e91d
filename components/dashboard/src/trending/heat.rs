//! How hot something is. A deed of weight w at the hour t is worth w·2^((t−now)/h) now, and h hours later half of that. The
//! logarithm of the sum, without its `now`, orders things for ever: as time goes on all of them cool alike.

use serde::Deserialize;

/// Parts of one halving in a stored key.
const SCALE: f64 = 1_000_000.0;
/// Digits of a score that is shown.
const SHOWN: f64 = 1000.0;

/// The time that is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[cfg_attr(feature = "describe", derive(serde::Serialize, utoipa::ToSchema), schema(as = TrendWindow))]
pub enum Window {
    #[serde(rename = "24h")]
    Day,
    #[default]
    #[serde(rename = "7d")]
    Week,
    #[serde(rename = "30d")]
    Month,
}

impl Window {
    /// All of them, the shortest first.
    pub const ALL: [Self; 3] = [Self::Day, Self::Week, Self::Month];

    /// How long it is.
    pub const fn hours(self) -> i64 {
        match self {
            Self::Day => 24,
            Self::Week => 7 * 24,
            Self::Month => 30 * 24,
        }
    }

    /// The column of its keys.
    pub const fn column(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }

    /// The hours after which a deed is worth half: what is at the far end of the window counts a sixteenth.
    fn half(self) -> f64 {
        self.hours() as f64 / 4.0
    }

    /// The key of these deeds, given as hours and weights; none when there are none.
    pub fn key(self, deeds: &[(i64, i64)]) -> Option<i64> {
        let latest = deeds.iter().map(|(hour, _)| *hour).max()?;
        let half = self.half();
        // Relative to the latest one, so that no power is out of bounds.
        let worth = |(hour, weight): &(i64, i64)| *weight as f64 * ((hour - latest) as f64 / half).exp2();
        let sum = deeds.iter().map(worth).sum::<f64>();
        (sum > 0.0).then(|| ((latest as f64 / half + sum.log2()) * SCALE).round() as i64)
    }

    /// The smallest key that anything touched within the window can have: a deed weighs at least 1.
    pub fn least(self, now: i64) -> i64 {
        ((now - self.hours()) as f64 / self.half() * SCALE).floor() as i64
    }

    /// What a key is worth at this hour.
    pub fn score(self, key: i64, now: i64) -> f64 {
        let worth = (key as f64 / SCALE - now as f64 / self.half()).exp2();
        (worth * SHOWN).round() / SHOWN
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 490_896;

    #[test]
    fn a_deed_is_worth_half_after_a_quarter_of_the_window() {
        for (window, half) in [(Window::Day, 6), (Window::Week, 42), (Window::Month, 180)] {
            let key = window.key(&[(NOW, 8)]).unwrap();
            let scores = [0, half, 2 * half, 4 * half].map(|later| window.score(key, NOW + later));
            assert_eq!(scores, [8.0, 4.0, 2.0, 0.5], "{window:?}");
        }
    }

    #[test]
    fn deeds_add_up_and_their_order_does_not_matter() {
        let window = Window::Day;
        let key = window.key(&[(NOW - 6, 8), (NOW, 4), (NOW - 12, 16)]).unwrap();
        assert_eq!(Some(key), window.key(&[(NOW, 4), (NOW - 12, 16), (NOW - 6, 8)]));
        assert_eq!(window.score(key, NOW), 12.0);
        assert_eq!(window.key(&[]), None);
    }

    #[test]
    fn keys_keep_their_order_whenever_they_were_made() {
        let old = Window::Week.key(&[(NOW - 100, 40)]).unwrap();
        let new = Window::Week.key(&[(NOW, 10)]).unwrap();
        let order = Window::Week.score(old, NOW) < Window::Week.score(new, NOW);
        assert_eq!(old < new, order);
        assert_eq!(
            order,
            Window::Week.score(old, NOW + 500) < Window::Week.score(new, NOW + 500) || new < old
        );
    }

    #[test]
    fn whatever_was_touched_within_the_window_is_above_its_least_key() {
        for window in Window::ALL {
            let key = window.key(&[(NOW - window.hours(), 1)]).unwrap();
            assert!(key >= window.least(NOW), "{window:?}");
            assert!(window.key(&[(NOW - window.hours() - 1, 1)]).unwrap() < window.least(NOW), "{window:?}");
        }
    }
}
