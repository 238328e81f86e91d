//! The part of a text that shows most of the words, and where they stand in what is shown.

use serde::Serialize;

use super::word::Word;
use crate::text::{Token, tokens};

/// Characters of a snippet, and those before the first word that is met.
const LENGTH: usize = 200;
const BEFORE: usize = 40;
/// Places in a text that are looked at.
const PLACES: usize = 200;
const MORE: char = '…';

/// Where a word stands in the title or the snippet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
pub struct Highlight {
    /// `title` or `snippet`.
    field: &'static str,
    /// In UTF-16 code units, as JavaScript counts.
    start: usize,
    end: usize,
}

/// A part of the text.
pub fn snippet(text: &str, words: &[Word]) -> String {
    let start = best(text, words).map_or(0, |place| begin(text, place));
    let rest = text.get(start..).unwrap_or_default();
    let end = rest.char_indices().nth(LENGTH).map_or(rest.len(), |(at, _)| at);
    let mut shown: String =
        rest.get(..end).unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
    if end < rest.len() {
        if let Some(blank) = shown.rfind(' ') {
            shown.truncate(blank);
        }
        shown.push(MORE);
    }
    if start > 0 {
        shown.insert(0, MORE);
    }
    shown
}

/// Where the words stand in a text that is shown.
pub fn highlights(field: &'static str, text: &str, words: &[Word]) -> Vec<Highlight> {
    let units = |end: usize| text.get(..end).unwrap_or_default().encode_utf16().count();
    let met = tokens(text).filter(|token| words.iter().any(|word| word.meets(token).is_some()));
    met.map(|token| Highlight { field, start: units(token.start), end: units(token.end) }).collect()
}

/// The byte at which the most different words follow within a snippet's length.
fn best(text: &str, words: &[Word]) -> Option<usize> {
    let place = |token: Token| {
        let word = words.iter().position(|word| word.meets(&token).is_some())?;
        Some((token.start, word))
    };
    let places: Vec<(usize, usize)> = tokens(text).filter_map(place).take(PLACES).collect();
    let mut best: Option<(usize, usize)> = None;
    for (at, (start, _)) in places.iter().enumerate() {
        // Bytes: letters of two bytes see half as far, which is no harm.
        let near = places.iter().skip(at).take_while(|(other, _)| other - start < LENGTH - BEFORE);
        let mut seen: Vec<usize> = near.map(|(_, word)| *word).collect();
        seen.sort_unstable();
        seen.dedup();
        if best.is_none_or(|(_, most)| seen.len() > most) {
            best = Some((*start, seen.len()));
        }
    }
    best.map(|(start, _)| start)
}

/// A blank a little before this place, or the beginning.
fn begin(text: &str, place: usize) -> usize {
    let head = text.get(..place).unwrap_or_default();
    let Some((from, _)) = head.char_indices().rev().nth(BEFORE) else { return 0 };
    let behind = head.get(from..).unwrap_or_default();
    behind.find(char::is_whitespace).map_or(place, |blank| from + blank)
}

#[cfg(test)]
mod tests {
    use super::super::word::words_of;
    use super::*;

    #[test]
    fn a_short_text_is_shown_as_it_is() {
        assert_eq!(snippet("The pump\n hums.", &words_of("pump")), "The pump hums.");
        assert_eq!(snippet("", &words_of("pump")), "");
    }

    #[test]
    fn the_part_with_most_of_the_words_is_shown() {
        let filler = "nothing of interest here ".repeat(40);
        let text = format!("A pump. {filler}The pump has cavitation now. {filler}");
        let shown = snippet(&text, &words_of("pump cavitation"));
        assert!(shown.starts_with('…') && shown.ends_with('…'), "{shown}");
        assert!(shown.contains("The pump has cavitation now."), "{shown}");
        assert!(shown.chars().count() <= LENGTH + 2, "{shown}");
    }

    #[test]
    fn highlights_count_as_javascript_does() {
        let text = "🔧 المضخّة: pumps";
        let found = highlights("snippet", text, &words_of("مضخة pump"));
        let units: Vec<u16> = text.encode_utf16().collect();
        let words: Vec<_> =
            found.iter().map(|found| String::from_utf16(&units[found.start..found.end]).unwrap()).collect();
        assert_eq!(words, ["المضخّة", "pumps"]);
    }
}
