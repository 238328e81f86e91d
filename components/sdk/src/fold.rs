//! One form for all spellings of a word, so that a search finds it: lower case, Arabic letter forms and digits as one,
//! marks and stretching left out. What people wrote is stored beside it, unchanged.

/// The text in the form that is searched; blanks are folded to one.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.extend(word.chars().filter(|c| !is_mark(*c)).flat_map(char::to_lowercase).map(fold_letter));
    }
    folded
}

/// Signs that change how an Arabic word is read aloud or how wide it stands, and not which word it is.
pub(crate) fn is_mark(c: char) -> bool {
    matches!(c, '\u{610}'..='\u{61a}' | '\u{640}' | '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{6d6}'..='\u{6dc}'
        | '\u{6df}'..='\u{6e8}' | '\u{6ea}'..='\u{6ed}')
}

fn fold_letter(c: char) -> char {
    match c {
        'أ' | 'إ' | 'آ' | 'ٱ' => 'ا',
        'ى' | 'ئ' | 'ی' => 'ي',
        'ؤ' => 'و',
        'ة' => 'ه',
        'ک' => 'ك',
        '٠'..='٩' => digit(c, '٠'),
        '۰'..='۹' => digit(c, '۰'),
        c => c,
    }
}

fn digit(c: char, zero: char) -> char {
    char::from_digit(u32::from(c) - u32::from(zero), 10).unwrap_or(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_meet() {
        for (one, other) in [
            ("Pump  A", "pump a"),
            ("\tأَحْمَد", "احمد"),
            ("صيـــانة", "صيانه"),
            ("مستوى ٢٤", "مستوي 24"),
            ("ÄRGER", "ärger"),
        ] {
            assert_eq!(fold(one), other);
            assert_eq!(fold(other), other, "folding again changes nothing");
        }
    }

    #[test]
    fn other_text_is_kept() {
        assert_eq!(fold("a < b & 100%_x"), "a < b & 100%_x");
        assert_eq!(fold(" \n "), "");
    }
}
