//! Text between quotes.

use std::mem::MaybeUninit;

use super::block::{self, BLOCK};

/// A one in every byte of a word, and the highest bit of every byte.
const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;
const SPACES: u64 = ONES * 0x20;
const WORD: usize = 8;
const HEX: &[u8; 16] = b"0123456789abcdef";

/// Shorter text is looked at word by word.
const LONG: usize = 2 * BLOCK;

/// What stands behind a run that needs no escape: the byte that does, and the rest.
type Behind<'a> = Option<(u8, &'a [u8])>;

/// Writes text with its quotes.
#[inline(never)]
pub(super) fn push_text(out: &mut Vec<u8>, text: &str) {
    push_between(out, *b"\"", text, *b"\"");
}

/// Writes the name of the first member of an object.
#[inline(never)]
pub(super) fn push_first_name(out: &mut Vec<u8>, name: &str) {
    push_between(out, *b"\"", name, *b"\":");
}

/// Writes the name of another member.
#[inline(never)]
pub(super) fn push_name(out: &mut Vec<u8>, name: &str) {
    push_between(out, *b",\"", name, *b"\":");
}

/// Writes text between two marks. No run of it is copied as one: for that a guest calls its host.
#[inline]
fn push_between<const B: usize, const A: usize>(
    out: &mut Vec<u8>,
    before: [u8; B],
    text: &str,
    after: [u8; A],
) {
    out.reserve(B + text.len() + WORD + A);
    out.extend_from_slice(&before);
    let mut rest = text.as_bytes();
    while let Some((byte, behind)) = push_plain(out, rest) {
        push_escaped(out, byte);
        rest = behind;
    }
    out.extend_from_slice(&after);
}

/// Writes what needs no escape, up to the first byte that does.
#[inline]
fn push_plain<'a>(out: &mut Vec<u8>, bytes: &'a [u8]) -> Behind<'a> {
    let mut rest = bytes;
    if bytes.len() >= LONG {
        let (written, found) = push_chunks(out, bytes, block::first_escape);
        rest = bytes.get(written..)?;
        if let Some(plain) = found {
            return push_until(out, rest, plain);
        }
    }
    let (written, found) = push_chunks(out, rest, |word| first_escape(u64::from_le_bytes(*word)));
    let last = rest.get(written..)?;
    if let Some(plain) = found {
        return push_until(out, last, plain);
    }
    if last.is_empty() {
        return None;
    }
    let word = last_word(bytes, last);
    if let Some(plain) = first_escape(word | (SPACES << (8 * last.len()))) {
        return push_until(out, last, plain);
    }
    push_word(out, word, last.len());
    None
}

/// Writes whole chunks until one has a byte that needs an escape; answers how many bytes were written, and where in the
/// next chunk that byte is.
#[inline]
#[expect(unsafe_code, reason = "to ask for room at every chunk costs half of the time that writing takes")]
fn push_chunks<const N: usize>(
    out: &mut Vec<u8>,
    bytes: &[u8],
    first_escape: impl Fn(&[u8; N]) -> Option<u32>,
) -> (usize, Option<u32>) {
    out.reserve(bytes.len());
    let (mut written, mut found) = (0, None);
    for (chunk, room) in bytes.as_chunks().0.iter().zip(out.spare_capacity_mut().as_chunks_mut().0) {
        found = first_escape(chunk);
        if found.is_some() {
            break;
        }
        *room = chunk.map(MaybeUninit::new);
        written += N;
    }
    // SAFETY: so many bytes behind the end were written above, one chunk after the other.
    unsafe { out.set_len(out.len() + written) };
    (written, found)
}

/// Writes so many bytes; answers the one behind them, and the rest.
#[inline]
fn push_until<'a>(out: &mut Vec<u8>, bytes: &'a [u8], plain: u32) -> Behind<'a> {
    let (plain, after) = bytes.split_at_checked(plain as usize)?;
    push_short(out, plain);
    after.split_first().map(|(byte, after)| (*byte, after))
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

/// The first byte of a word that needs an escape: below a space, a quote or a backslash.
#[inline]
pub(super) fn first_escape(word: u64) -> Option<u32> {
    let below_space = word.wrapping_sub(SPACES) & !word;
    let quote = word ^ (ONES * u64::from(b'"'));
    let backslash = word ^ (ONES * u64::from(b'\\'));
    let is_quote = quote.wrapping_sub(ONES) & !quote;
    let is_backslash = backslash.wrapping_sub(ONES) & !backslash;
    // A borrow may set this bit in a byte above such a one as well, never below.
    let found = (below_space | is_quote | is_backslash) & HIGHS;
    (found != 0).then(|| found.trailing_zeros() / 8)
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
        fn text_of_any_length_is_what_the_general_writer_writes(text in "([a-zس ]{0,40}[\u{0}-\u{22}\\\\]?){0,5}") {
            let mut out = Vec::new();
            push_text(&mut out, &text);
            prop_assert_eq!(String::from_utf8(out).unwrap(), serde_json::to_string(&text).unwrap());
        }
    }
}
