//! Letters that stand for one another become one: lower case, Arabic letter forms, digits of any script, Latin letters
//! without their accents. Marks and stretching are left out. What people wrote is kept elsewhere, unchanged.

use super::latin;
use super::token::tokens;

/// What a character is in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Of a word.
    Letter,
    /// Of a number. Where letters meet digits, two parts of a word meet.
    Digit,
    /// Stands within a word and says nothing of which word it is.
    Mark,
    /// Between words.
    Gap,
}

/// The class of a character.
pub fn class(c: char) -> Class {
    if is_mark(c) {
        Class::Mark
    } else if c.is_numeric() {
        Class::Digit
    } else if c.is_alphabetic() {
        Class::Letter
    } else {
        Class::Gap
    }
}

/// Accents, Arabic vowels and stretching, and characters that only say how to set a text.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{610}'..='\u{61a}' | '\u{640}' | '\u{64b}'..='\u{65f}' | '\u{670}'
        | '\u{6d6}'..='\u{6dc}' | '\u{6df}'..='\u{6e8}' | '\u{6ea}'..='\u{6ed}' | '\u{8d3}'..='\u{8ff}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{61c}' | '\u{ad}' | '\u{feff}')
}

/// Adds the folded form of a character.
pub fn push(folded: &mut String, c: char) {
    if c.is_ascii() {
        folded.push(c.to_ascii_lowercase());
        return;
    }
    for c in c.to_lowercase().filter(|c| !is_mark(*c)) {
        match arabic(c).or_else(|| latin::plain(c)) {
            Some(plain) => folded.push_str(plain),
            None => folded.push(digit(c)),
        }
    }
}

fn arabic(c: char) -> Option<&'static str> {
    Some(match c {
        'أ' | 'إ' | 'آ' | 'ٱ' => "ا",
        'ى' | 'ئ' | 'ی' | 'ې' => "ي",
        'ؤ' => "و",
        'ة' | 'ۀ' | 'ہ' | 'ە' => "ه",
        'ک' => "ك",
        '\u{fef5}'..='\u{fefc}' => "لا",
        _ => return None,
    })
}

/// The digits of Arabic, Persian and full-width writing.
fn digit(c: char) -> char {
    let of = |zero: char| {
        u32::from(c).checked_sub(u32::from(zero)).and_then(|value| char::from_digit(value, 10)).unwrap_or(c)
    };
    match c {
        '٠'..='٩' => of('٠'),
        '۰'..='۹' => of('۰'),
        '０'..='９' => of('０'),
        c => c,
    }
}

/// One form for all spellings of a short label: its words, joined by hyphens.
pub fn label(text: &str) -> String {
    let mut label = String::with_capacity(text.len());
    for token in tokens(text) {
        for word in token.words() {
            if !label.is_empty() {
                label.push('-');
            }
            label.push_str(word);
        }
    }
    label
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fold(text: &str) -> String {
        let mut folded = String::new();
        text.chars().filter(|c| class(*c) != Class::Mark).for_each(|c| push(&mut folded, c));
        folded
    }

    #[test]
    fn spellings_meet() {
        for (one, other) in [
            ("PUMP", "pump"),
            ("أَحْمَد", "احمد"),
            ("صيـــانة", "صيانه"),
            ("مستوى", "مستوي"),
            ("مسؤول", "مسوول"),
            ("٢٠٢٦", "2026"),
            ("۲۰۲۶", "2026"),
            ("Café", "cafe"),
            ("Cafe\u{301}", "cafe"),
            ("Straße", "strasse"),
            ("Ångström", "angstrom"),
            ("İstanbul", "istanbul"),
            ("ﻻ", "لا"),
        ] {
            assert_eq!(fold(one), other);
            assert_eq!(fold(other), other, "folding again changes nothing");
        }
    }

    #[test]
    fn labels_of_one_thing_are_one() {
        for text in ["Machine Learning", "machine-learning", " MACHINE  learning "] {
            assert_eq!(label(text), "machine-learning");
        }
        assert_eq!(label("الصِّيانة الوقائية"), "الصيانه-الوقاييه");
        assert_eq!(label("%_'\"!"), "");
    }
}
