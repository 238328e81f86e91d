//! Cuts a text into words. `P-101`, `P101` and `P 101` are the same two parts; written as one they are also one word, so
//! that each is found by the others.

use super::fold::{Class, class, push};

/// Characters of a word that are looked at; what is longer is no word that anybody types.
const LONGEST: usize = 64;
/// Parts of a word that stand for themselves too. More are a code that is meant as a whole.
const PARTS_MAX: usize = 4;

/// A word and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Byte offsets in the text.
    pub start: usize,
    pub end: usize,
    /// All of it, folded.
    pub whole: String,
    /// Its parts, folded, when it has several.
    pub parts: Vec<String>,
}

impl Token {
    /// Its parts, or itself when it has one only.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        let whole = self.parts.is_empty().then_some(self.whole.as_str());
        self.parts.iter().map(String::as_str).chain(whole)
    }
}

/// The words of a text, in its order.
pub fn tokens(text: &str) -> Tokens<'_> {
    Tokens { text, at: 0 }
}

/// See `tokens`.
#[derive(Debug, Clone)]
pub struct Tokens<'a> {
    text: &'a str,
    at: usize,
}

impl Iterator for Tokens<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        loop {
            let rest = self.text.get(self.at..)?;
            let start = self.at + rest.find(|c| matches!(class(c), Class::Letter | Class::Digit))?;
            let mut taken = Taken::new(start);
            taken.read(self.text);
            self.at = taken.end;
            if let Some(token) = taken.finish() {
                return Some(token);
            }
        }
    }
}

/// A word on its way: its parts so far.
struct Taken {
    start: usize,
    end: usize,
    parts: Vec<String>,
    length: usize,
    last: Class,
}

impl Taken {
    fn new(start: usize) -> Self {
        Self { start, end: start, parts: Vec::new(), length: 0, last: Class::Gap }
    }

    /// Takes what belongs together: letters, digits, and a hyphen or the like between two of them.
    fn read(&mut self, text: &str) {
        let mut chars = text.get(self.start..).unwrap_or_default().char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            let after = self.start + at + c.len_utf8();
            match class(c) {
                Class::Mark => self.end = after,
                Class::Gap => {
                    let goes_on = chars
                        .peek()
                        .is_some_and(|(_, next)| matches!(class(*next), Class::Letter | Class::Digit));
                    if !(goes_on && matches!(c, '-' | '\u{2010}' | '\u{2011}' | '_' | '.' | '\'' | '’')) {
                        return;
                    }
                    self.last = Class::Gap;
                }
                kind => {
                    self.put(c, kind);
                    self.end = after;
                }
            }
        }
    }

    fn put(&mut self, c: char, kind: Class) {
        self.length += 1;
        if self.length > LONGEST {
            return;
        }
        if kind != self.last {
            self.parts.push(String::new());
        }
        self.last = kind;
        if let Some(part) = self.parts.last_mut() {
            push(part, c);
        }
    }

    /// None for what is too long to be a word.
    fn finish(self) -> Option<Token> {
        if self.length > LONGEST {
            return None;
        }
        let Self { start, end, mut parts, .. } = self;
        let whole = parts.concat();
        if parts.len() == 1 || parts.len() > PARTS_MAX {
            parts.clear();
        }
        Some(Token { start, end, whole, parts })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        tokens(text).map(|token| token.words().collect::<Vec<_>>().join("+")).collect()
    }

    #[test]
    fn words_end_where_people_see_it() {
        assert_eq!(words("a < b && (c)"), ["a", "b", "c"]);
        assert_eq!(words("Valve, pump; fan."), ["valve", "pump", "fan"]);
        assert_eq!(words("أَحْمَد والمضخّة"), ["احمد", "والمضخه"]);
        assert_eq!(words("\"x\" AND NOT (y*)"), ["x", "and", "not", "y"]);
        assert_eq!(words("--- … !!!"), [""; 0]);
    }

    #[test]
    fn spellings_of_one_code_have_the_same_parts() {
        assert_eq!(words("P-101 P101 p_101"), ["p+101", "p+101", "p+101"]);
        assert_eq!(words("40Hz ٤٠Hz e-mail don't"), ["40+hz", "40+hz", "e+mail", "don+t"]);
        assert_eq!(tokens("P-101").next().unwrap().whole, "p101");
        assert_eq!(words("a1b2c3d4e5"), ["a1b2c3d4e5"]);
    }

    #[test]
    fn offsets_are_of_the_text_as_it_was_written() {
        let text = "«الصِّيانة» P-101!";
        let found: Vec<_> = tokens(text).map(|token| &text[token.start..token.end]).collect();
        assert_eq!(found, ["الصِّيانة", "P-101"]);
    }

    #[test]
    fn what_is_too_long_is_no_word() {
        assert_eq!(words(&format!("{} short", "x".repeat(5_000))), ["short"]);
    }
}
