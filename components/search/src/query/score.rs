//! How well a candidate answers: where each word is met and how closely. Counted in whole numbers from what both stores
//! hold alike; the store's own ranking only orders what is equal otherwise.

use super::candidates::Candidate;
use super::word::{Closeness, Word};
use crate::text::{Token, tokens};

/// What a word is worth that is met in the title, among the labels, or in the text only.
const TITLE: [i64; 4] = [400, 700, 900, 1_000];
const LABEL: [i64; 4] = [250, 400, 550, 600];
const TEXT: i64 = 300;
/// The same, when it is met only because it may have been meant otherwise or not met at all.
const FAR: i64 = 120;
/// The words stand in the title one behind the other; the title is nothing else.
const IN_ORDER: i64 = 200;
const WHOLE: i64 = 150;
/// What the store's own order is worth.
const STORE: i64 = 60;
/// The best there can be.
const BEST: i64 = 1_000 + IN_ORDER + WHOLE + STORE;

/// What a candidate is worth to somebody who looks for these words. `place` is the store's, of so many in `all`.
pub fn worth(words: &[Word], candidate: &Candidate<'_>, is_close: bool, place: usize, all: usize) -> i64 {
    let title: Vec<Token> =
        if candidate.kind.is_titled() { tokens(candidate.title).collect() } else { Vec::new() };
    let titles: Vec<i64> = words.iter().map(|word| met(word, &title, TITLE)).collect();
    // A label is worth no more than this: where every word is met so well by the title, none is read.
    let [.., best] = LABEL;
    let labels: Vec<Token> = if titles.iter().all(|worth| *worth >= best) {
        Vec::new()
    } else {
        candidate.labels().into_iter().flat_map(tokens).collect()
    };
    let text = if is_close { TEXT } else { FAR };
    let total: i64 =
        words.iter().zip(titles).map(|(word, title)| title.max(met(word, &labels, LABEL)).max(text)).sum();
    let count = i64::try_from(words.len().max(1)).unwrap_or(1);
    let store =
        STORE * i64::try_from(all - place.min(all)).unwrap_or(0) / i64::try_from(all.max(1)).unwrap_or(1);
    // A thing is more than what was said about it.
    let part = if candidate.kind.is_titled() { 100 } else { 90 };
    (total / count + in_order(words, &title)) * part / 100 + store
}

/// The same between 0 and 1, for people.
pub fn shown(worth: i64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a few thousand at most")]
    let share = (worth * 10_000 / BEST).clamp(0, 10_000) as f64;
    share / 10_000.0
}

fn met(word: &Word, tokens: &[Token], worth: [i64; 4]) -> i64 {
    let closest = tokens.iter().filter_map(|token| word.meets(token)).max();
    let [typo, prefix, stem, exact] = worth;
    match closest {
        Some(Closeness::Exact) => exact,
        Some(Closeness::Stem) => stem,
        Some(Closeness::Prefix) => prefix,
        Some(Closeness::Typo) => typo,
        None => 0,
    }
}

fn in_order(words: &[Word], title: &[Token]) -> i64 {
    let meets = |(word, token): (&Word, &Token)| word.meets(token).is_some_and(|met| met > Closeness::Typo);
    let stands = |tokens: &[Token]| words.iter().zip(tokens).all(meets);
    match title.len().cmp(&words.len()) {
        _ if words.is_empty() || title.len() < words.len() => 0,
        std::cmp::Ordering::Equal if stands(title) => IN_ORDER + WHOLE,
        _ if title.windows(words.len()).any(stands) => IN_ORDER,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::fixture::{Index, ids};

    #[test]
    fn a_title_comes_before_a_label_before_a_text() {
        let index = Index::new();
        let text = index.topic("Something else", "The word cavitation, cavitation and cavitation.");
        let label = index.host.new_id();
        index.tell(
            "forums.topic.created",
            label,
            &json!({ "topicId": label, "title": "Other", "tags": ["Cavitation"] }),
        );
        let begins = index.topic("Cavitational noise", "-");
        let exact = index.topic("About cavitation here", "-");
        let whole = index.topic("Cavitation", "-");
        let page = index.search("/search?q=cavitation").json();
        assert_eq!(ids(&page), [whole, exact, begins, label, text].map(|id| id.to_string()));
        let scores: Vec<f64> =
            page["items"].as_array().unwrap().iter().map(|item| item["score"].as_f64().unwrap()).collect();
        assert!(
            scores.is_sorted_by(|one, other| one > other)
                && scores.iter().all(|score| (0.0..=1.0).contains(score)),
            "{scores:?}"
        );
    }
}
