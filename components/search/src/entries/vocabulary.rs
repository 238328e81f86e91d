//! Every word there ever was: what a mistyped one may have been meant to be. Words are learned and never forgotten; one
//! that no entry has any more finds nothing.

use std::collections::BTreeSet;
use std::fmt::Write;

use p2p_sdk::{Batch, Params};

use super::words::Spoken;

/// Words that are learned with one statement, so that its text is always the same.
const TOGETHER: usize = 32;
/// Words that are learned of one entry, those of its title first.
const MOST: usize = 400;
/// Shorter ones are too near to each other, longer ones are never typed.
const LETTERS: std::ops::RangeInclusive<usize> = 4..=32;

/// Adds to a batch that these words exist.
pub fn learn(batch: Batch, spoken: &Spoken) -> Batch {
    let mut seen = BTreeSet::new();
    let all = [&spoken.title, &spoken.labels, &spoken.body].into_iter().flatten();
    let new: Vec<&str> =
        all.map(String::as_str).filter(|word| is_learned(word) && seen.insert(*word)).take(MOST).collect();
    if new.is_empty() {
        return batch;
    }
    let text = statement();
    new.chunks(TOGETHER).fold(batch, |batch, words| batch.run(&text, row(words)))
}

fn is_learned(word: &str) -> bool {
    LETTERS.contains(&word.chars().count()) && !word.chars().any(char::is_numeric)
}

fn statement() -> String {
    let mut text = "INSERT INTO vocabulary (word, reversed, letters) VALUES ".to_owned();
    for n in 0..TOGETHER {
        let comma = if n == 0 { "" } else { ", " };
        let _ = write!(text, "{comma}(${}, ${}, ${})", 3 * n + 1, 3 * n + 2, 3 * n + 3);
    }
    text + " ON CONFLICT (word) DO NOTHING"
}

/// As many as the statement takes: the last one again and again where there are fewer.
fn row(words: &[&str]) -> Params {
    let mut params = Params::new();
    for n in 0..TOGETHER {
        let word = words.get(n).or(words.last()).copied().unwrap_or_default();
        params.push(word);
        params.push(&word.chars().rev().collect::<String>());
        params.push(&i64::try_from(word.chars().count()).unwrap_or(0));
    }
    params
}
