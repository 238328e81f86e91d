//! A title for the address of a page: letters and digits of any script, hyphens between words. Not unique; the id is.

use crate::fold::is_mark;

const LENGTH_MAX: usize = 80;

/// The slug of a title; `nameless` for one without a letter.
pub fn slug(title: &str, nameless: &str) -> String {
    let mut slug = String::with_capacity(title.len());
    for c in title.chars().filter(|c| !is_mark(*c) && !matches!(c, '\'' | '’')) {
        if c.is_alphanumeric() {
            slug.extend(c.to_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let slug = cut(&slug).trim_end_matches('-');
    if slug.is_empty() { nameless.to_owned() } else { slug.to_owned() }
}

/// Ends at the last whole word that fits, or within a word that fits nowhere.
fn cut(slug: &str) -> &str {
    let Some((end, _)) = slug.char_indices().nth(LENGTH_MAX) else { return slug };
    let (kept, rest) = slug.split_at(end);
    if rest.starts_with('-') { kept } else { kept.rsplit_once('-').map_or(kept, |(words, _)| words) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_joined_by_hyphens() {
        for (title, wanted) in [
            ("Why does P-101 vibrate?", "why-does-p-101-vibrate"),
            ("  a < b && c  ", "a-b-c"),
            ("Don’t panic", "dont-panic"),
            ("كيف نقلّل الهـدر؟", "كيف-نقلل-الهدر"),
            ("?!؟", "note"),
        ] {
            assert_eq!(slug(title, "note"), wanted);
        }
    }

    #[test]
    fn long_titles_end_with_a_word() {
        let found = slug(&"صيانة ".repeat(30), "note");
        assert!(found.chars().count() <= LENGTH_MAX && found.ends_with("-صيانة"), "{found}");
        assert_eq!(slug(&"x".repeat(200), "note").len(), LENGTH_MAX);
        assert_eq!(slug(&format!("{} y", "x".repeat(LENGTH_MAX)), "note").len(), LENGTH_MAX);
    }
}
