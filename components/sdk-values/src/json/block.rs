//! The first of sixteen bytes that needs an escape in JSON: one below a space, a quote or a backslash. A guest looks at all
//! of them together, in a wide register.

/// How many bytes are looked at together.
pub(super) const BLOCK: usize = 16;

/// Where it stands, if there is one.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
#[inline]
pub(super) fn first_escape(block: &[u8; BLOCK]) -> Option<u32> {
    use std::arch::wasm32::{u8x16_bitmask, u8x16_eq, u8x16_lt, u8x16_splat, u64x2, v128_any_true, v128_or};
    let (low, high) = words(block);
    let bytes = u64x2(low, high);
    let quote = u8x16_eq(bytes, u8x16_splat(b'"'));
    let backslash = u8x16_eq(bytes, u8x16_splat(b'\\'));
    let below_space = u8x16_lt(bytes, u8x16_splat(b' '));
    let found = v128_or(below_space, v128_or(quote, backslash));
    v128_any_true(found).then(|| u8x16_bitmask(found).trailing_zeros())
}

/// Where it stands, if there is one.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
#[inline]
pub(super) fn first_escape(block: &[u8; BLOCK]) -> Option<u32> {
    use super::text::first_escape as of_word;
    let (low, high) = words(block);
    of_word(low).or_else(|| of_word(high).map(|at| 8 + at))
}

#[inline]
#[expect(clippy::cast_possible_truncation, reason = "each is one half")]
fn words(block: &[u8; BLOCK]) -> (u64, u64) {
    let both = u128::from_le_bytes(*block);
    (both as u64, (both >> 64) as u64)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_first_one_is_found(block in proptest::array::uniform16(
            prop_oneof![Just(b'"'), Just(b'\\'), Just(0x1f), Just(0x20), Just(0x7f), Just(0x80), any::<u8>()],
        )) {
            let wanted = (0..).zip(block).find(|(_, byte)| *byte < 0x20 || b"\"\\".contains(byte));
            prop_assert_eq!(first_escape(&block), wanted.map(|(at, _)| at));
        }
    }
}
