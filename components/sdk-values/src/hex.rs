//! Hexadecimal digits, eight at a time: every digit in a byte of its own, all of them reckoned at once.

const ONES: u64 = 0x0101_0101_0101_0101;

/// The eight digits of a number, in small letters.
#[inline]
pub fn digits(number: u32) -> [u8; 8] {
    text(nibbles(number)).to_be_bytes()
}

/// The number of eight digits, whose letters may be of either size; none when one of them is no digit.
#[inline]
pub fn number(digits: [u8; 8]) -> Option<u32> {
    let word = u64::from_be_bytes(digits);
    let letters = word >> 6 & ONES;
    let nibbles = (word & (ONES * 0x0f)).wrapping_add(letters * 9);
    // Figures have this bit themselves, and letters may lack it: other characters with the same low bits are told apart.
    let has_form = (word >> 5 | letters) & ONES == ONES;
    (has_form && nibbles & (ONES * 0xf0) == 0 && text(nibbles) == (word | (ONES * 0x20)))
        .then(|| joined(nibbles))
}

/// Each nibble in a byte, the first one highest.
#[inline]
fn nibbles(number: u32) -> u64 {
    let halves = u64::from(number);
    let halves = (halves | halves << 16) & 0x0000_ffff_0000_ffff;
    let bytes = (halves | halves << 8) & 0x00ff_00ff_00ff_00ff;
    (bytes | bytes << 4) & (ONES * 0x0f)
}

/// Nibbles as the characters they are written with: six more carries those of letters into the next nibble.
#[inline]
fn text(nibbles: u64) -> u64 {
    let letters = (nibbles + ONES * 6) >> 4 & ONES;
    nibbles + ONES * u64::from(b'0') + letters * u64::from(b'a' - b'0' - 10)
}

/// The opposite of `nibbles`.
#[inline]
fn joined(nibbles: u64) -> u32 {
    let bytes = (nibbles | nibbles >> 4) & 0x00ff_00ff_00ff_00ff;
    let halves = (bytes | bytes >> 8) & 0x0000_ffff_0000_ffff;
    let [_, _, _, _, number @ ..] = (halves | halves >> 16).to_be_bytes();
    u32::from_be_bytes(number)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_number_is_written_as_everybody_writes_it(value in any::<u32>()) {
            prop_assert_eq!(digits(value).to_vec(), format!("{value:08x}").into_bytes());
            prop_assert_eq!(number(digits(value)), Some(value));
            prop_assert_eq!(number(digits(value).map(|digit| digit.to_ascii_uppercase())), Some(value));
        }

        #[test]
        fn eight_bytes_are_a_number_if_all_of_them_are_digits(
            bytes in prop_oneof![any::<[u8; 8]>(), Just(*b"0f1A2b3C").prop_perturb(|mut bytes, mut random| {
                bytes[random.random_range(0..8)] = random.random();
                bytes
            })],
        ) {
            let text = std::str::from_utf8(&bytes).ok().filter(|text| !text.starts_with('+'));
            prop_assert_eq!(number(bytes), text.and_then(|text| u32::from_str_radix(text, 16).ok()));
        }
    }

    #[test]
    fn every_character_in_every_place() {
        for at in 0..8 {
            for byte in 0..=u8::MAX {
                let mut bytes = *b"09afAF5c";
                bytes[at] = byte;
                assert_eq!(number(bytes).is_some(), byte.is_ascii_hexdigit(), "{byte} at {at}");
            }
        }
    }
}
