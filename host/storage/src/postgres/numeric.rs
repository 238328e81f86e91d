//! Numbers of any length in PostgreSQL's binary form, from and to the two kinds of numbers that cells have.

/// Digits are grouped by four.
const GROUP: usize = 4;

const POSITIVE: u16 = 0x0000;
const NEGATIVE: u16 = 0x4000;
const INFINITY: u16 = 0xD000;
const MINUS_INFINITY: u16 = 0xF000;

/// A cell's number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Number {
    /// Whole, and within range.
    Whole(i64),
    /// Anything else, as near as it gets.
    Real(f64),
}

/// The binary form of a plain decimal text: an optional sign, digits, at most one point.
pub fn encode(text: &str) -> Option<Vec<u8>> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (NEGATIVE, digits),
        None => (POSITIVE, text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let scale = u16::try_from(fraction.len()).ok()?;
    let padding = (GROUP - whole.len() % GROUP) % GROUP;
    let tail = (GROUP - fraction.len() % GROUP) % GROUP;
    let padded = format!("{}{whole}{fraction}{}", "0".repeat(padding), "0".repeat(tail));
    let groups: Option<Vec<i16>> =
        padded.as_bytes().chunks(GROUP).map(|group| std::str::from_utf8(group).ok()?.parse().ok()).collect();
    let weight = i16::try_from((whole.len() + padding) / GROUP).ok()? - 1;
    let groups = groups?;
    let mut out = Vec::with_capacity(8 + groups.len() * 2);
    out.extend_from_slice(&i16::try_from(groups.len()).ok()?.to_be_bytes());
    out.extend_from_slice(&weight.to_be_bytes());
    out.extend_from_slice(&sign.to_be_bytes());
    out.extend_from_slice(&scale.to_be_bytes());
    for group in groups {
        out.extend_from_slice(&group.to_be_bytes());
    }
    Some(out)
}

/// The number of a binary form.
pub fn decode(bytes: &[u8]) -> Option<Number> {
    let mut words = bytes.chunks(2).map(|word| Some(i16::from_be_bytes(word.try_into().ok()?)));
    let mut next = || words.next().flatten();
    let (count, weight, sign, _scale) = (next()?, next()?, next()?, next()?);
    match u16::from_be_bytes(sign.to_be_bytes()) {
        POSITIVE | NEGATIVE => {}
        INFINITY => return Some(Number::Real(f64::INFINITY)),
        MINUS_INFINITY => return Some(Number::Real(f64::NEG_INFINITY)),
        _ => return Some(Number::Real(f64::NAN)),
    }
    let (mut whole, mut fraction) = (String::new(), String::new());
    if weight < -1 {
        fraction.push_str(&"0".repeat(usize::try_from(-1 - weight).ok()? * GROUP));
    }
    for position in 0..count.max(weight.saturating_add(1)) {
        let group = if position < count { next()? } else { 0 };
        let part = if position <= weight { &mut whole } else { &mut fraction };
        part.push_str(&format!("{group:04}"));
    }
    Some(number(sign == 0, &whole, fraction.trim_end_matches('0')))
}

fn number(positive: bool, whole: &str, fraction: &str) -> Number {
    let text = format!("{}0{whole}", if positive { "" } else { "-" });
    match text.parse() {
        Ok(whole) if fraction.is_empty() => Number::Whole(whole),
        _ => Number::Real(format!("{text}.{fraction}").parse().unwrap_or(f64::NAN)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for (text, number) in [
            ("0", Number::Whole(0)),
            ("-1", Number::Whole(-1)),
            ("10000", Number::Whole(10_000)),
            ("9223372036854775807", Number::Whole(i64::MAX)),
            ("-9223372036854775808", Number::Whole(i64::MIN)),
            ("9223372036854775808", Number::Real(9_223_372_036_854_775_808.0)),
            ("5.00", Number::Whole(5)),
            ("0.5", Number::Real(0.5)),
            ("-12345.678", Number::Real(-12_345.678)),
            ("0.000000000123", Number::Real(0.000_000_000_123)),
        ] {
            assert_eq!(decode(&encode(text).unwrap()), Some(number), "{text}");
        }
    }

    #[test]
    fn as_postgres_writes_it() {
        // 1234567.25: groups 123, 4567, 2500.
        let bytes = [0, 3, 0, 1, 0, 0, 0, 2, 0, 123, 0x11, 0xD7, 0x09, 0xC4];
        assert_eq!(encode("1234567.25").unwrap(), bytes);
        // 0.0001 without the groups that are nothing, and 20000 without its trailing one.
        assert_eq!(decode(&[0, 1, 0xFF, 0xFF, 0, 0, 0, 4, 0, 1]), Some(Number::Real(0.0001)));
        assert_eq!(decode(&[0, 1, 0, 1, 0, 0, 0, 0, 0, 2]), Some(Number::Whole(20_000)));
        assert_eq!(decode(&[0, 0, 0, 0, 0, 0, 0, 0]), Some(Number::Whole(0)));
        assert_eq!(decode(&[0, 1]), None);
        for misfit in ["", "x", "1e5", "+1", "1.2.3"] {
            assert!(encode(misfit).is_none_or(|bytes| decode(&bytes).is_some()), "{misfit}");
        }
    }
}
