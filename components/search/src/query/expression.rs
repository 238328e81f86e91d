//! Words as a question to the store. Every word is written by us, letters and digits in quotes, so that nothing a person
//! types is ever read as an operator.

use p2p_sdk::host::Dialect;

use super::word::Word;

/// Words of which all but one are asked for together; more make too many combinations.
const LOOSE: std::ops::RangeInclusive<usize> = 3..=5;

/// Entries in which every word is met; none without a word.
pub fn all(words: &[Word], dialect: Dialect) -> Option<String> {
    let groups: Vec<String> = words.iter().map(|word| group(word, dialect)).collect();
    (!groups.is_empty()).then(|| join(&groups, and(dialect)))
}

/// Entries in which every word but one is met; none when there are too few to miss one. Of many words the longest are
/// asked for: they tell the most.
pub fn all_but_one(words: &[Word], dialect: Dialect) -> Option<String> {
    if words.len() < *LOOSE.start() {
        return None;
    }
    let mut longest: Vec<&Word> = words.iter().collect();
    longest.sort_by_key(|word| std::cmp::Reverse(word.letters()));
    longest.truncate(*LOOSE.end());
    let groups: Vec<String> = longest.into_iter().map(|word| group(word, dialect)).collect();
    let without = |missing: usize| {
        let rest = groups.iter().enumerate().filter(|(at, _)| *at != missing).map(|(_, group)| group.clone());
        format!("({})", join(&rest.collect::<Vec<_>>(), and(dialect)))
    };
    Some(join(&(0..groups.len()).map(without).collect::<Vec<_>>(), or(dialect)))
}

/// One word in any of its forms.
fn group(word: &Word, dialect: Dialect) -> String {
    let mut forms = vec![term(&word.full, word.is_prefix, dialect)];
    forms.extend(word.stem.as_deref().map(|stem| term(stem, word.is_stem_prefix(), dialect)));
    forms.extend(word.joined.as_deref().map(|joined| term(joined, false, dialect)));
    forms.extend(word.typos.iter().map(|typo| term(typo, false, dialect)));
    format!("({})", join(&forms, or(dialect)))
}

fn term(word: &str, is_prefix: bool, dialect: Dialect) -> String {
    match (dialect, is_prefix) {
        (Dialect::Sqlite, false) => format!("\"{word}\""),
        (Dialect::Sqlite, true) => format!("\"{word}\" *"),
        (Dialect::Postgres, false) => format!("'{word}'"),
        (Dialect::Postgres, true) => format!("'{word}':*"),
    }
}

const fn and(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => " AND ",
        Dialect::Postgres => " & ",
    }
}

const fn or(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => " OR ",
        Dialect::Postgres => " | ",
    }
}

fn join(parts: &[String], between: &str) -> String {
    parts.join(between)
}

#[cfg(test)]
mod tests {
    use super::super::word::words_of;
    use super::*;

    #[test]
    fn every_form_of_every_word_is_asked_for() {
        let words = words_of("pumps P-101");
        assert_eq!(
            all(&words, Dialect::Sqlite).unwrap(),
            r#"("pumps" * OR "pump") AND ("p" OR "p101") AND ("101" * OR "p101")"#
        );
        assert_eq!(
            all(&words, Dialect::Postgres).unwrap(),
            "('pumps':* | 'pump') & ('p' | 'p101') & ('101':* | 'p101')"
        );
        assert_eq!(all(&[], Dialect::Sqlite), None);
    }

    #[test]
    fn one_word_of_three_may_be_missing() {
        assert_eq!(all_but_one(&words_of("ab cd"), Dialect::Sqlite), None);
        assert_eq!(
            all_but_one(&words_of("aa bb cc"), Dialect::Postgres).unwrap(),
            "(('bb') & ('cc')) | (('aa') & ('cc')) | (('aa') & ('bb'))"
        );
    }

    #[test]
    fn what_people_type_is_never_an_operator() {
        for hostile in ["\" OR 1 *", "NEAR(pump)", "title_words : x", "')) | ('a", "a:* & b", "^x + - {y} \\"]
        {
            for dialect in [Dialect::Sqlite, Dialect::Postgres] {
                let text = all(&words_of(hostile), dialect).unwrap_or_default();
                let quote = if dialect == Dialect::Sqlite { '"' } else { '\'' };
                let inside = text.split(quote).skip(1).step_by(2);
                assert!(inside.flat_map(str::chars).all(char::is_alphanumeric), "{hostile}: {text}");
            }
        }
    }
}
