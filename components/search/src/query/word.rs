//! One word of a question: the forms in which it may be met, and how closely a word of a text meets it.

use crate::text::{Token, is_arabic, is_stop_word, stem, tokens};

/// Words of a question that are looked for; people who paste more have named what they want by then.
const MOST: usize = 12;
/// From so many letters on the beginning of a word stands for it. The last word is still being typed.
const PREFIX: usize = 4;
const PREFIX_OF_LAST: usize = 3;
const STEM_PREFIX: usize = 3;

/// A word that is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    pub full: String,
    pub stem: Option<String>,
    /// The longer word it is a part of: `p101`, where `p` and `101` were asked for.
    pub joined: Option<String>,
    /// Words that begin with it will do.
    pub is_prefix: bool,
    /// What it may have been meant to be.
    pub typos: Vec<String>,
}

/// How closely a word is met; the more the better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Closeness {
    Typo,
    Prefix,
    Stem,
    Exact,
}

/// The words of a question, each once. Those that tell nothing are left out, unless there are no others.
pub fn words_of(question: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    for token in tokens(question) {
        for part in token.words() {
            if words.iter().all(|word| word.full != part) {
                let joined = (!token.parts.is_empty()).then(|| token.whole.clone());
                words.push(Word::new(part, joined));
            }
        }
    }
    let tells = |word: &Word| word.joined.is_some() || !is_stop_word(&word.full);
    if words.iter().any(tells) {
        // Whoever ends with one may be about to type a longer word.
        let last = words.last().map(|word| word.full.clone());
        words.retain(|word| tells(word));
        words.truncate(MOST);
        return finish(words, last.as_deref());
    }
    words.truncate(MOST);
    let last = words.last().map(|word| word.full.clone());
    finish(words, last.as_deref())
}

fn finish(mut words: Vec<Word>, last: Option<&str>) -> Vec<Word> {
    for word in &mut words {
        let least = if last == Some(word.full.as_str()) { PREFIX_OF_LAST } else { PREFIX };
        let is_number = word.full.chars().all(char::is_numeric);
        word.is_prefix = word.letters() >= least && (!is_number || least == PREFIX_OF_LAST);
    }
    words
}

impl Word {
    fn new(full: &str, joined: Option<String>) -> Self {
        let stem = Some(stem(full)).filter(|stem| *stem != full).map(str::to_owned);
        Self { full: full.to_owned(), stem, joined, is_prefix: false, typos: Vec::new() }
    }

    /// How many letters it has.
    pub fn letters(&self) -> usize {
        self.full.chars().count()
    }

    /// What is left of it without its endings.
    pub fn stem(&self) -> &str {
        self.stem.as_deref().unwrap_or(&self.full)
    }

    /// Whether words that begin with its stem will do: an Arabic word is typed with its article, and found without.
    pub fn is_stem_prefix(&self) -> bool {
        self.is_prefix && is_arabic(&self.full) && self.stem().chars().count() >= STEM_PREFIX
    }

    /// How closely a word of a text meets it, if it does.
    pub fn meets(&self, token: &Token) -> Option<Closeness> {
        if self.joined.as_deref() == Some(token.whole.as_str()) {
            return Some(Closeness::Exact);
        }
        let whole = (!token.parts.is_empty()).then_some(token.whole.as_str());
        token.words().chain(whole).filter_map(|word| self.meets_word(word)).max()
    }

    fn meets_word(&self, word: &str) -> Option<Closeness> {
        if word == self.full {
            return Some(Closeness::Exact);
        }
        let stem = stem(word);
        if stem == self.stem() {
            Some(Closeness::Stem)
        } else if self.is_prefix && word.starts_with(&self.full)
            || self.is_stem_prefix() && (stem.starts_with(self.stem()) || word.starts_with(self.stem()))
        {
            Some(Closeness::Prefix)
        } else {
            self.typos.iter().any(|typo| typo == word || typo == stem).then_some(Closeness::Typo)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full(question: &str) -> Vec<String> {
        words_of(question).into_iter().map(|word| word.full).collect()
    }

    fn meets(question: &str, text: &str) -> Option<Closeness> {
        words_of(question)[0].meets(&tokens(text).next().unwrap())
    }

    #[test]
    fn words_that_tell_nothing_are_left_out_unless_they_are_all() {
        assert_eq!(full("how to align the pump"), ["align", "pump"]);
        assert_eq!(full("how to"), ["how", "to"]);
        assert_eq!(full("كيف أُصلح المضخة في المصنع"), ["اصلح", "المضخه", "المصنع"]);
        assert_eq!(full("pump pump PUMP"), ["pump"]);
        assert_eq!(full("?! …"), [""; 0]);
    }

    #[test]
    fn a_word_is_met_in_its_forms() {
        use Closeness::{Exact, Prefix, Stem};
        for (question, text, wanted) in [
            ("pump", "PUMP", Some(Exact)),
            ("pumps", "pumping", Some(Stem)),
            ("pum", "pump", Some(Prefix)),
            ("pu", "pump", None),
            ("P101", "P-101", Some(Exact)),
            ("P-101", "p101", Some(Exact)),
            ("مضخة", "والمضخات", Some(Stem)),
            ("المضخ", "مضخة", Some(Stem)),
            ("الصيا", "صيانة", Some(Prefix)),
            ("101", "1010", Some(Prefix)),
            ("pump", "valve", None),
        ] {
            assert_eq!(meets(question, text), wanted, "{question} {text}");
        }
        assert!(!words_of("10 bars")[0].is_prefix);
    }
}
