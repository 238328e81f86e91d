//! Words that stand everywhere and tell nothing: left out of a question that has others. The index keeps them.

/// Folded.
const WORDS: [&str; 85] = [
    "a",
    "about",
    "an",
    "and",
    "any",
    "are",
    "as",
    "at",
    "be",
    "by",
    "can",
    "did",
    "do",
    "does",
    "for",
    "from",
    "had",
    "has",
    "have",
    "how",
    "i",
    "if",
    "in",
    "into",
    "is",
    "it",
    "its",
    "me",
    "my",
    "of",
    "on",
    "or",
    "our",
    "should",
    "so",
    "some",
    "that",
    "the",
    "their",
    "there",
    "these",
    "this",
    "to",
    "was",
    "we",
    "were",
    "what",
    "when",
    "where",
    "which",
    "who",
    "why",
    "will",
    "with",
    "you",
    "your",
    "ان",
    "او",
    "اي",
    "الذي",
    "التي",
    "الي",
    "اين",
    "بين",
    "ذلك",
    "عن",
    "عند",
    "علي",
    "في",
    "قبل",
    "قد",
    "كان",
    "كل",
    "كيف",
    "لا",
    "لم",
    "لماذا",
    "ما",
    "مع",
    "من",
    "متي",
    "هذا",
    "هذه",
    "هل",
    "هي",
];

/// Whether a folded word is one of them.
pub fn is_stop_word(word: &str) -> bool {
    WORDS.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::label;

    #[test]
    fn they_are_folded_and_stand_once() {
        for (at, word) in WORDS.iter().enumerate() {
            assert_eq!(label(word), *word);
            assert!(!WORDS[..at].contains(word), "{word}");
        }
        assert!(is_stop_word("how") && is_stop_word("في") && !is_stop_word("pump"));
    }
}
