//! The words of an entry as the stores take them. Both are given finished words, so that neither applies rules of its own:
//! SQLite a text with blanks between them, PostgreSQL a written `tsvector`.

use std::collections::BTreeMap;
use std::fmt::Write;

use p2p_sdk::host::Dialect;
use p2p_sdk::{Batch, Uuid, params};

use super::entry::Entry;
use crate::text::{stem, tokens};

const SQLITE: &str = "INSERT OR REPLACE INTO entry_words (rowid, title_words, tag_words, body_words) \
    SELECT number, $2, $3, $4 FROM entries WHERE id = $1";
const POSTGRES: &str = "UPDATE entries SET words = CAST(CAST($2 AS TEXT) AS TSVECTOR) WHERE id = $1";

/// PostgreSQL numbers no place in a text higher, and remembers so many of a word.
const PLACE_MAX: usize = 16_383;
const PLACES_MAX: usize = 64;

/// The words of an entry, in order and as often as they come.
#[derive(Debug, Default)]
pub struct Spoken {
    pub title: Vec<String>,
    pub labels: Vec<String>,
    pub body: Vec<String>,
}

impl Spoken {
    /// What an entry is found by.
    pub fn of(entry: &Entry) -> Self {
        let mut spoken = Self { body: words(&entry.body), ..Self::default() };
        if entry.kind.is_titled() {
            spoken.title = words(&entry.title);
            let Entry { tags, technologies, category, industry, city, .. } = entry;
            spoken.labels = [tags, technologies, category, industry, city]
                .into_iter()
                .flat_map(|text| words(text))
                .collect();
        }
        spoken
    }

    /// Adds to a batch that the entry of this id has these words. Its row stands before them.
    pub fn keep(&self, batch: Batch, dialect: Dialect, id: Uuid) -> Batch {
        match dialect {
            Dialect::Sqlite => {
                let [title, labels, body] =
                    [&self.title, &self.labels, &self.body].map(|words| words.join(" "));
                batch.run_one(SQLITE, params![id, title, labels, body])
            }
            Dialect::Postgres => batch.run_one(POSTGRES, params![id, self.vector()]),
        }
    }

    /// `'pump':1A,7 'safety':2B`: each word with its places and their weights.
    fn vector(&self) -> String {
        let weighted = [(&self.title, "A"), (&self.labels, "B"), (&self.body, "")];
        let words =
            weighted.into_iter().flat_map(|(words, weight)| words.iter().map(move |word| (word, weight)));
        let mut places: BTreeMap<&str, Vec<(usize, &str)>> = BTreeMap::new();
        for ((word, weight), place) in words.zip(1..) {
            let places = places.entry(word).or_default();
            if places.len() < PLACES_MAX {
                places.push((place.min(PLACE_MAX), weight));
            }
        }
        let mut vector = String::new();
        for (word, places) in places {
            let _ = write!(vector, "'{word}'");
            for ((place, weight), mark) in
                places.iter().zip(std::iter::once(':').chain(std::iter::repeat(',')))
            {
                let _ = write!(vector, "{mark}{place}{weight}");
            }
            vector.push(' ');
        }
        vector
    }
}

/// The words of a text: each as it is and as its stem, a word of several parts as a whole too.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    for token in tokens(text) {
        for part in token.words() {
            let stem = stem(part);
            if stem != part {
                words.push(stem.to_owned());
            }
            words.push(part.to_owned());
        }
        if !token.parts.is_empty() {
            words.push(token.whole);
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use p2p_sdk::Timestamp;

    use super::*;
    use crate::entries::Kind;

    fn spoken(kind: Kind) -> Spoken {
        let mut entry = Entry::new(Uuid::NIL, kind, Uuid::NIL, Timestamp(0));
        entry.title = "Pump P-101".into();
        entry.tags = "\nsafety\n".into();
        entry.set_body("The pump's الصيانة");
        Spoken::of(&entry)
    }

    #[test]
    fn a_word_is_indexed_in_the_forms_it_is_looked_for() {
        assert_eq!(spoken(Kind::Topic).title, ["pump", "p", "101", "p101"]);
        let body = spoken(Kind::Topic).body;
        assert_eq!(body, ["the", "pump", "s", "pumps", "صيان", "الصيانه"]);
    }

    #[test]
    fn a_post_is_found_by_its_text_only() {
        let Spoken { title, labels, body } = spoken(Kind::Post);
        assert_eq!((title.len(), labels.len(), body.len()), (0, 0, 6));
    }

    #[test]
    fn postgres_is_told_places_and_weights() {
        let vector = spoken(Kind::Topic).vector();
        assert!(vector.contains("'pump':1A,8 "), "{vector}");
        assert!(vector.contains("'safety':6B "), "{vector}");
        assert!(vector.contains("'p101':4A "), "{vector}");
    }
}
