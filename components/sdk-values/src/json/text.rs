//! Text between quotes.

/// A one in every byte of a word, and the highest bit of every byte.
const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;
const HEX: &[u8; 16] = b"0123456789abcdef";

/// Bytes of text that are copied word by word: to copy a run, a guest calls its host, which is worth it for longer ones.
const SHORT: usize = 64;

/// Writes text with its quotes: runs that need no escape are copied as they are.
#[inline(never)]
pub(super) fn push_text(out: &mut Vec<u8>, text: &str) {
    out.reserve(text.len() + 2);
    out.push(b'"');
    let mut rest = text.as_bytes();
    if rest.len() <= SHORT {
        rest = push_plain_words(out, rest);
    }
    loop {
        if rest.len() < 8 {
            rest.iter()
                .for_each(|byte| if is_plain(*byte) { out.push(*byte) } else { push_escaped(out, *byte) });
            break;
        }
        let (plain, after) = rest.split_at_checked(plain_length(rest)).unwrap_or((rest, &[]));
        out.extend_from_slice(plain);
        let Some((&byte, after)) = after.split_first() else { break };
        push_escaped(out, byte);
        rest = after;
    }
    out.push(b'"');
}

/// Writes whole words up to the first that needs an escape; answers what is left.
#[inline]
fn push_plain_words<'a>(out: &mut Vec<u8>, bytes: &'a [u8]) -> &'a [u8] {
    let (words, _) = bytes.as_chunks::<8>();
    let mut done = 0;
    for word in words {
        if escapes(*word) != 0 {
            break;
        }
        out.extend_from_slice(word);
        done += 8;
    }
    bytes.get(done..).unwrap_or_default()
}

/// Writes a few bytes as they are, without a call for them.
#[inline]
pub(super) fn push_short(out: &mut Vec<u8>, bytes: &[u8]) {
    bytes.iter().for_each(|byte| out.push(*byte));
}

/// How many bytes from the beginning need no escape.
fn plain_length(bytes: &[u8]) -> usize {
    let mut plain = 0;
    let (words, _) = bytes.as_chunks::<8>();
    for word in words {
        let found = escapes(*word);
        if found != 0 {
            return plain + (found.trailing_zeros() / 8) as usize;
        }
        plain += 8;
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
fn escapes(word: [u8; 8]) -> u64 {
    let word = u64::from_le_bytes(word);
    let below_space = word.wrapping_sub(ONES * 0x20) & !word;
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
