//! Weeks and hours of points in time, and the time that an id was made at. Asks no clock.

use p2p_sdk::{Timestamp, Uuid};

const HOUR: i64 = 3_600_000_000;
const DAY: i64 = 24 * HOUR;
/// 1970 began on a Thursday: three days after a Monday.
const THURSDAY: i64 = 3;
const VERSION_7: u8 = 7;

/// The beginning of the Monday before, in UTC.
pub fn week_of(at: Timestamp) -> Timestamp {
    let weeks = (at.0.div_euclid(DAY) + THURSDAY).div_euclid(7);
    Timestamp((weeks * 7 - THURSDAY) * DAY)
}

/// The beginning of the week that is so many weeks later.
pub fn weeks_later(week: Timestamp, weeks: i64) -> Timestamp {
    Timestamp(week.0 + weeks * 7 * DAY)
}

/// Hours since 1970.
pub fn hour_of(at: Timestamp) -> i64 {
    at.0.div_euclid(HOUR)
}

/// When an id of version 7 was made, which is when the thing was that it names; none for any other id.
pub fn made_at(id: Uuid) -> Option<Timestamp> {
    let [a, b, c, d, e, f, version, ..] = *id.as_bytes();
    if version >> 4 != VERSION_7 {
        return None;
    }
    let millis = i64::from_be_bytes([0, 0, a, b, c, d, e, f]);
    Some(Timestamp(millis * 1000))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn weeks_begin_on_mondays() {
        for (day, monday) in [
            ("1970-01-01T00:00:00Z", "1969-12-29T00:00:00Z"),
            ("2026-11-23T00:00:00Z", "2026-11-23T00:00:00Z"),
            ("2026-11-29T23:59:59.999999Z", "2026-11-23T00:00:00Z"),
            ("2026-11-30T00:00:00Z", "2026-11-30T00:00:00Z"),
        ] {
            assert_eq!(week_of(at(day)), at(monday), "{day}");
        }
        assert_eq!(weeks_later(at("2026-11-23T00:00:00Z"), -1), at("2026-11-16T00:00:00Z"));
    }

    #[test]
    fn an_id_tells_when_it_was_made() {
        let id: Uuid = "019b76da-a800-7000-8000-000000000000".parse().unwrap();
        assert_eq!(made_at(id), Some(at("2026-01-01T00:00:00Z")));
        assert_eq!(made_at(Uuid::NIL), None);
    }
}
