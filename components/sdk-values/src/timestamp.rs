//! Points in time: microseconds in stores and at the boundary, RFC 3339 UTC in JSON. Never asks a clock.

mod read;

use std::fmt;
use std::ops::{Add, Sub};
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Microseconds since 1970-01-01T00:00:00Z.
///
/// In JSON always `2026-11-23T10:20:30.123456Z`: UTC and six digits, so that a time a client sends back is the very
/// time that was stored. Any RFC 3339 offset and up to nine digits are read.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(pub i64);

/// The text is not an RFC 3339 time between the years 0 and 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotATime;

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400;
const TEXT_LENGTH: usize = 27;
/// Days from 0000-03-01, where the calendar arithmetic begins, to 1970-01-01.
const EPOCH_DAYS: i64 = 719_468;
/// Days of 400 years.
const ERA: i64 = 146_097;

impl Timestamp {
    /// So much later; stays at the end of time when it would pass it.
    #[must_use]
    pub fn after(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(micros(duration)))
    }

    /// So much earlier; stays at the beginning of time when it would pass it.
    #[must_use]
    pub fn before(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(micros(duration)))
    }

    fn text(self) -> [u8; TEXT_LENGTH] {
        let seconds = self.0.div_euclid(SECOND);
        let (year, month, day) = civil(seconds.div_euclid(DAY));
        let second = seconds.rem_euclid(DAY);
        let (year, second) = (small(year.clamp(0, 9999)), small(second));
        let micro = small(self.0.rem_euclid(SECOND));
        let mut text = *b"0000-00-00T00:00:00.000000Z";
        let pairs = [
            (0, year / 100),
            (2, year % 100),
            (5, small(month)),
            (8, small(day)),
            (11, second / 3600),
            (14, second / 60 % 60),
            (17, second % 60),
            (20, micro / 10_000),
            (22, micro / 100 % 100),
            (24, micro % 100),
        ];
        for (at, value) in pairs {
            if let Some([tens, ones]) = text.get_mut(at..at + 2) {
                (*tens, *ones) = (digit(value / 10), digit(value % 10));
            }
        }
        text
    }
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

/// A part of a time: guests divide 32 bits sooner than 64.
#[inline]
fn small(part: i64) -> u32 {
    u32::try_from(part).unwrap_or(0)
}

/// Of a number below ten.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "below ten")]
fn digit(value: u32) -> u8 {
    b'0' + value as u8
}

/// Year, month and day of a day counted from 1970-01-01, by the proleptic Gregorian calendar.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + EPOCH_DAYS;
    let era = days.div_euclid(ERA);
    let day_of_era = days.rem_euclid(ERA);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day_of_year - (153 * shifted + 2) / 5 + 1)
}

impl Add<Duration> for Timestamp {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        self.after(duration)
    }
}

impl Sub<Duration> for Timestamp {
    type Output = Self;

    fn sub(self, duration: Duration) -> Self {
        self.before(duration)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.text()).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for NotATime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an RFC 3339 time")
    }
}

impl std::error::Error for NotATime {}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = self.text();
        serializer.serialize_str(std::str::from_utf8(&text).map_err(serde::ser::Error::custom)?)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::text_form::deserialize(deserializer, "an RFC 3339 time")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn known_times() {
        for (micros, text) in [
            (0, "1970-01-01T00:00:00.000000Z"),
            (951_782_400_000_001, "2000-02-29T00:00:00.000001Z"),
            (-1, "1969-12-31T23:59:59.999999Z"),
            (253_402_300_799_999_999, "9999-12-31T23:59:59.999999Z"),
        ] {
            assert_eq!(Timestamp(micros).to_string(), text);
            assert_eq!(text.parse(), Ok(Timestamp(micros)));
        }
    }

    #[test]
    fn offsets_and_fractions_are_read() {
        let noon = "2026-11-23T12:00:00Z".parse::<Timestamp>().unwrap();
        assert_eq!("2026-11-23T15:00:00+03:00".parse(), Ok(noon));
        assert_eq!("2026-11-23t12:00:00.000000999z".parse(), Ok(noon));
        assert_eq!("2026-11-23T12:00:00.5Z".parse(), Ok(noon + Duration::from_millis(500)));
    }

    #[test]
    fn impossible_times_are_refused() {
        for bad in [
            "",
            "2026-02-29T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-01-01T24:00:00Z",
            "2026-01-01T00:00:00",
            "2026-01-01T00:00:00Zx",
            "2026-01-01T00:00:00.Z",
            "2026-01-01T00:00:00+24:00",
            "26-01-01T00:00:00Z",
        ] {
            assert_eq!(bad.parse::<Timestamp>(), Err(NotATime), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(micros in 0i64..253_402_300_800_000_000) {
            prop_assert_eq!(Timestamp(micros).to_string().parse(), Ok(Timestamp(micros)));
        }

        #[test]
        fn any_text_is_safe(text in "\\PC{0,40}") {
            let _ = text.parse::<Timestamp>();
        }
    }
}
