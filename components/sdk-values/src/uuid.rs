//! Ids: sixteen bytes in stores and at the boundary, hyphenated text in JSON. Never made here; ids come from the host.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::hex;

/// A UUID. The host's are version 7, so they sort by the time they were made.
#[derive(Clone, Copy, Default)]
pub struct Uuid([u8; 16]);

/// The text is not a hyphenated UUID.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAUuid;

const TEXT_LENGTH: usize = 36;
const HYPHENS: [usize; 4] = [8, 13, 18, 23];
/// Where the digits of each quarter stand, four and four.
const PLACES: [[usize; 2]; 4] = [[0, 4], [9, 14], [19, 24], [28, 32]];

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

    fn text(self) -> [u8; TEXT_LENGTH] {
        let mut text = [b'-'; TEXT_LENGTH];
        for (quarter, places) in self.quarters().into_iter().zip(PLACES) {
            let digits = hex::digits(quarter);
            for (at, four) in places.into_iter().zip(digits.as_chunks::<4>().0) {
                if let Some(place) = text.get_mut(at..at + 4) {
                    place.copy_from_slice(four);
                }
            }
        }
        text
    }

    #[expect(clippy::cast_possible_truncation, reason = "the last bits are what is asked for")]
    fn quarters(self) -> [u32; 4] {
        [96, 64, 32, 0].map(|bits| (self.number() >> bits) as u32)
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

impl FromStr for Uuid {
    type Err = NotAUuid;

    fn from_str(text: &str) -> Result<Self, NotAUuid> {
        let text: &[u8; TEXT_LENGTH] = text.as_bytes().try_into().map_err(|_| NotAUuid)?;
        if !HYPHENS.into_iter().all(|at| text.get(at) == Some(&b'-')) {
            return Err(NotAUuid);
        }
        let mut id = 0;
        for places in PLACES {
            id = id << 32 | u128::from(quarter(text, places).ok_or(NotAUuid)?);
        }
        Ok(Self(id.to_be_bytes()))
    }
}

/// The quarter whose digits stand in these places of a text.
#[inline]
fn quarter(text: &[u8; TEXT_LENGTH], [first, second]: [usize; 2]) -> Option<u32> {
    let four = |at: usize| text.get(at..at + 4)?.first_chunk::<4>();
    let ([a, b, c, d], [e, f, g, h]) = (*four(first)?, *four(second)?);
    hex::number([a, b, c, d, e, f, g, h])
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
