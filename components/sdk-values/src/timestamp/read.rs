//! Reads RFC 3339.

use std::str::FromStr;

use super::{DAY, EPOCH_DAYS, ERA, NotATime, SECOND, Timestamp, civil};

/// The inverse of `civil`.
fn days_of(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let shifted = if month > 2 { month - 3 } else { month + 9 };
    let day_of_year = (153 * shifted + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * ERA + day_of_era - EPOCH_DAYS
}

impl FromStr for Timestamp {
    type Err = NotATime;

    fn from_str(text: &str) -> Result<Self, NotATime> {
        let mut scan = Scan(text.as_bytes());
        let (year, month, day) = (scan.number(4)?, scan.after(b"-", 2)?, scan.after(b"-", 2)?);
        let (hour, minute, second) = (scan.after(b"Tt ", 2)?, scan.after(b":", 2)?, scan.after(b":", 2)?);
        let fraction = scan.fraction()?;
        let offset = scan.offset()?;
        let days = days_of(year, month, day);
        // A leap second is read as the last one before it.
        let fits = civil(days) == (year, month, day) && hour < 24 && minute < 60 && second <= 60;
        if !fits || !scan.0.is_empty() {
            return Err(NotATime);
        }
        let seconds = days * DAY + hour * 3600 + minute * 60 + second.min(59) - offset * 60;
        Ok(Self(seconds * SECOND + fraction))
    }
}

struct Scan<'a>(&'a [u8]);

impl Scan<'_> {
    fn byte(&mut self) -> Result<u8, NotATime> {
        let (first, rest) = self.0.split_first().ok_or(NotATime)?;
        self.0 = rest;
        Ok(*first)
    }

    fn number(&mut self, length: usize) -> Result<i64, NotATime> {
        (0..length).try_fold(0, |value, _| match self.byte()? {
            digit @ b'0'..=b'9' => Ok(value * 10 + i64::from(digit - b'0')),
            _ => Err(NotATime),
        })
    }

    fn after(&mut self, separators: &[u8], length: usize) -> Result<i64, NotATime> {
        let byte = self.byte()?;
        if separators.contains(&byte) { self.number(length) } else { Err(NotATime) }
    }

    fn fraction(&mut self) -> Result<i64, NotATime> {
        if self.0.first() != Some(&b'.') {
            return Ok(0);
        }
        self.byte()?;
        let count = self.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if !(1..=9).contains(&count) {
            return Err(NotATime);
        }
        let kept = self.number(count.min(6))?;
        self.number(count.saturating_sub(6))?;
        Ok((count..6).fold(kept, |value, _| value * 10))
    }

    /// Minutes east of UTC.
    fn offset(&mut self) -> Result<i64, NotATime> {
        let sign = match self.byte()? {
            b'Z' | b'z' => return Ok(0),
            b'+' => 1,
            b'-' => -1,
            _ => return Err(NotATime),
        };
        let (hours, minutes) = (self.number(2)?, self.after(b":", 2)?);
        if hours < 24 && minutes < 60 { Ok(sign * (hours * 60 + minutes)) } else { Err(NotATime) }
    }
}
