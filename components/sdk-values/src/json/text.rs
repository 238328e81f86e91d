//! Text between quotes.

/// A one in every byte of a word, and the highest bit of every byte.
const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;
const SPACES: u64 = ONES * 0x20;
const WORD: usize = 8;
const HEX: &[u8; 16] = b"0123456789abcdef";

/// Bytes of text that are copied word by word: to copy a run, a guest calls its host, which is worth it for longer ones.
const SHORT: usize = 96;

/// Writes text with its quotes: runs that need no escape are copied as they are.
#[inline(never)]
pub(super) fn push_text(out: &mut Vec<u8>, text: &str) {
    out.reserve(text.len() + 2 + WORD);
    out.push(b'"');
    let bytes = text.as_bytes();
    if bytes.len() > SHORT || !push_plain(out, bytes) {
        push_runs(out, bytes);
    }
    out.push(b'"');
}

/// Writes text word by word, if it is short and none of it needs an escape; otherwise nothing is written.
#[inline]
fn push_plain(out: &mut Vec<u8>, bytes: &[u8]) -> bool {
    let before = out.len();
    let (words, rest) = bytes.as_chunks::<WORD>();
    for word in words {
        if escapes(u64::from_le_bytes(*word)) != 0 {
            out.truncate(before);
            return false;
        }
        out.extend_from_slice(word);
    }
    if rest.is_empty() {
        return true;
    }
    let last = last_word(bytes, rest);
    if escapes(last | (SPACES << (8 * rest.len()))) != 0 {
        out.truncate(before);
        return false;
    }
    push_word(out, last, rest.len());
    true
}

/// Writes runs that need no escape, and what stands between them.
fn push_runs(out: &mut Vec<u8>, mut bytes: &[u8]) {
    loop {
        let (plain, after) = bytes.split_at_checked(plain_length(bytes)).unwrap_or((bytes, &[]));
        out.extend_from_slice(plain);
        let Some((&byte, after)) = after.split_first() else { return };
        push_escaped(out, byte);
        bytes = after;
    }
}

/// Writes a few bytes as they are, without a call for them.
#[inline]
pub(super) fn push_short(out: &mut Vec<u8>, bytes: &[u8]) {
    let (words, rest) = bytes.as_chunks::<WORD>();
    words.iter().for_each(|word| out.extend_from_slice(word));
    if !rest.is_empty() {
        push_word(out, last_word(bytes, rest), rest.len());
    }
}

/// The bytes behind the last whole word of a text as one, the first of them lowest, zeros above them.
#[inline]
fn last_word(bytes: &[u8], rest: &[u8]) -> u64 {
    match (bytes.last_chunk::<WORD>(), rest.first_chunk::<4>(), rest.last_chunk::<4>()) {
        (Some(last), ..) => u64::from_le_bytes(*last) >> (8 * (WORD - rest.len())),
        (None, Some(first), Some(last)) => {
            let (first, last) = (u32::from_le_bytes(*first), u32::from_le_bytes(*last));
            u64::from(first) | u64::from(last) << (8 * (rest.len() - 4))
        }
        _ => rest.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)),
    }
}

/// Writes the lowest bytes of a word: all of it, and takes back what is too much.
#[inline]
fn push_word(out: &mut Vec<u8>, word: u64, bytes: usize) {
    out.extend_from_slice(&word.to_le_bytes());
    out.truncate(out.len() - (WORD - bytes));
}

/// How many bytes from the beginning need no escape.
fn plain_length(bytes: &[u8]) -> usize {
    let mut plain = 0;
    let (words, _) = bytes.as_chunks::<WORD>();
    for word in words {
        let found = escapes(u64::from_le_bytes(*word));
        if found != 0 {
            return plain + (found.trailing_zeros() / 8) as usize;
        }
        plain += WORD;
    }
    plain + bytes.iter().skip(plain).take_while(|byte| is_plain(**byte)).count()
}

#[inline]
fn is_plain(byte: u8) -> bool {
    byte >= 0x20 && byte != b'"' && byte != b'\\'
}

/// Where bytes need an escape, the first of them is the lowest with its highest bit set: below a space, a quote or a
/// backslash. A borrow may set that bit in a byte above such a one as well, never below.
#[inline]
fn escapes(word: u64) -> u64 {
    let below_space = word.wrapping_sub(SPACES) & !word;
    let quote = word ^ (ONES * u64::from(b'"'));
    let backslash = word ^ (ONES * u64::from(b'\\'));
    let is_quote = quote.wrapping_sub(ONES) & !quote;
    let is_backslash = backslash.wrapping_sub(ONES) & !backslash;
    (below_space | is_quote | is_backslash) & HIGHS
}

#[cold]
fn push_escaped(out: &mut Vec<u8>, byte: u8) {
    let short = match byte {
        b'"' | b'\\' => byte,
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        0x08 => b'b',
        0x0c => b'f',
        _ => {
            let digit = |nibble: u8| HEX.get(usize::from(nibble)).copied().unwrap_or(b'0');
            out.extend_from_slice(&[b'\\', b'u', b'0', b'0', digit(byte >> 4), digit(byte & 15)]);
            return;
        }
    };
    out.extend_from_slice(&[b'\\', short]);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn short_bytes_are_copied(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            let mut out = b"x".to_vec();
            push_short(&mut out, &bytes);
            prop_assert_eq!(out.split_off(1), bytes);
        }

        #[test]
        fn what_needs_an_escape_is_found_wherever_it_stands(
            bytes in proptest::collection::vec(prop_oneof![Just(b'"'), Just(b'\\'), Just(0x1f), Just(0x20), Just(0x80), any::<u8>()], 0..40),
        ) {
            let wanted = bytes.iter().take_while(|byte| **byte >= 0x20 && **byte != b'"' && **byte != b'\\').count();
            prop_assert_eq!(plain_length(&bytes), wanted);
        }

        #[test]
        fn text_of_any_length_is_what_the_general_writer_writes(text in "[a-z\u{0}-\u{22}\\\\س]{0,90}") {
            let mut out = Vec::new();
            push_text(&mut out, &text);
            prop_assert_eq!(String::from_utf8(out).unwrap(), serde_json::to_string(&text).unwrap());
        }
    }
}
