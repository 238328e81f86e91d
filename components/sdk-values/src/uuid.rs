//! Ids: sixteen bytes in stores and at the boundary, hyphenated text in JSON. Never made here; ids come from the host.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A UUID. The host's are version 7, so they sort by the time they were made.
#[derive(Clone, Copy, Default)]
pub struct Uuid([u8; 16]);

/// The text is not a hyphenated UUID.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAUuid;

const TEXT_LENGTH: usize = 36;

impl Uuid {
    /// Sixteen zeros.
    pub const NIL: Self = Self([0; 16]);

    /// From its bytes, big-endian as in RFC 9562.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// From exactly sixteen bytes.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// Its bytes.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// Compared as one number: a guest's own comparison of bytes takes them one at a time.
    const fn number(self) -> u128 {
        u128::from_be_bytes(self.0)
    }

    fn text(&self) -> [u8; TEXT_LENGTH] {
        let number = self.number();
        // Four digits each: two groups are two of them, the last is three.
        let [a, b, c, d, e, f, g, h] = [112, 96, 80, 64, 48, 32, 16, 0].map(|bits| digits(number >> bits));
        let mut text = [b'-'; TEXT_LENGTH];
        let places = [(0, a), (4, b), (9, c), (14, d), (19, e), (24, f), (28, g), (32, h)];
        for (at, four) in places {
            if let Some(place) = text.get_mut(at..at + 4) {
                place.copy_from_slice(&four);
            }
        }
        text
    }
}

impl PartialEq for Uuid {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.number() == other.number()
    }
}

impl Eq for Uuid {}

impl PartialOrd for Uuid {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Uuid {
    fn cmp(&self, other: &Self) -> Ordering {
        self.number().cmp(&other.number())
    }
}

impl Hash for Uuid {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.number().hash(state);
    }
}

/// The last four hexadecimal digits of a number, all at once: each nibble in a byte of its own, six more carry the letters
/// into the next nibble.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "the last sixteen bits are what is asked for")]
fn digits(number: u128) -> [u8; 4] {
    let number = u32::from(number as u16);
    let pairs = (number | number << 8) & 0x00ff_00ff;
    let nibbles = (pairs | pairs << 4) & 0x0f0f_0f0f;
    let letters = (nibbles + 0x0606_0606) >> 4 & 0x0101_0101;
    (nibbles + 0x3030_3030 + letters * u32::from(b'a' - b'0' - 10)).to_be_bytes()
}

fn is_hyphen(at: usize) -> bool {
    matches!(at, 8 | 13 | 18 | 23)
}

impl FromStr for Uuid {
    type Err = NotAUuid;

    fn from_str(text: &str) -> Result<Self, NotAUuid> {
        let text: &[u8; TEXT_LENGTH] = text.as_bytes().try_into().map_err(|_| NotAUuid)?;
        let mut bytes = [0; 16];
        let mut nibbles = 0;
        for (at, &digit) in text.iter().enumerate() {
            if is_hyphen(at) {
                if digit != b'-' {
                    return Err(NotAUuid);
                }
                continue;
            }
            let value = char::from(digit).to_digit(16).ok_or(NotAUuid)?;
            if let Some(byte) = bytes.get_mut(nibbles / 2) {
                *byte = *byte << 4 | u8::try_from(value).map_err(|_| NotAUuid)?;
            }
            nibbles += 1;
        }
        Ok(Self(bytes))
    }
}

impl fmt::Display for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.text()).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for NotAUuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a UUID")
    }
}

impl std::error::Error for NotAUuid {}

impl Serialize for Uuid {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = self.text();
        serializer.serialize_str(std::str::from_utf8(&text).map_err(serde::ser::Error::custom)?)
    }
}

impl<'de> Deserialize<'de> for Uuid {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::text_form::deserialize(deserializer, "a UUID")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_bytes_agree() {
        let id = Uuid::from_bytes([1, 0x9a, 0xff, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
        assert_eq!(id.to_string(), "019aff03-0405-0607-0809-0a0b0c0d0e0f");
        assert_eq!("019AFF03-0405-0607-0809-0a0b0c0d0e0f".parse(), Ok(id));
        assert_eq!(serde_json::to_string(&id).unwrap(), format!("\"{id}\""));
        assert_eq!(serde_json::from_str::<Uuid>(&format!("\"{id}\"")).unwrap(), id);
    }

    #[test]
    fn near_misses_are_refused() {
        for bad in [
            "",
            "019aff0304050607080900a0b0c0d0e0f",
            "019aff03-0405-0607-0809-0a0b0c0d0e0",
            "019aff03-0405-0607-0809-0a0b0c0d0e0g",
            "019aff03x0405-0607-0809-0a0b0c0d0e0f",
            "{19aff03-0405-0607-0809-0a0b0c0d0e0}",
        ] {
            assert_eq!(bad.parse::<Uuid>(), Err(NotAUuid), "{bad}");
        }
    }
}
