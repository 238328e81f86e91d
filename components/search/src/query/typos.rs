//! What a mistyped word was meant to be: words of the vocabulary that are one slip away, two from eight letters on. A word
//! with a slip still begins or ends as it was meant to, which is how near ones are found without looking at all.

use std::ops::RangeInclusive;

use p2p_sdk::{Ctx, Problem, join_all, params};

use super::word::Word;
use crate::text::within;

/// Looked up through the two orders of the vocabulary.
const NEAR: &str = "SELECT word FROM vocabulary WHERE word >= $1 AND word < $2 AND letters BETWEEN $5 AND $6 \
    UNION SELECT word FROM vocabulary WHERE reversed >= $3 AND reversed < $4 AND letters BETWEEN $5 AND $6 LIMIT 3000";

const LETTERS: RangeInclusive<usize> = 4..=32;
/// From so many letters on there may be two slips.
const LONG: usize = 8;
/// So many meanings of a word are looked for.
const MEANINGS: usize = 10;
/// Behind every word that begins so.
const END: char = '\u{10ffff}';

/// Gives each word its meanings. `is_lost`: nothing was found, so that even a word that exists may be meant otherwise.
pub async fn expand(ctx: &Ctx, words: &mut [Word], is_lost: bool) -> Result<(), Problem> {
    let ctx = ctx.concurrent();
    let found = join_all(words.iter().map(|word| meanings(&ctx, word, is_lost))).await;
    for (word, typos) in words.iter_mut().zip(found) {
        word.typos = typos?;
    }
    Ok(())
}

async fn meanings(ctx: &Ctx, word: &Word, is_lost: bool) -> Result<Vec<String>, Problem> {
    let has_digits = word.full.chars().any(char::is_numeric);
    if has_digits || !LETTERS.contains(&word.letters()) {
        return Ok(Vec::new());
    }
    let mut near = near(ctx, &word.full).await?;
    if let Some(stem) = word.stem.as_deref().filter(|stem| LETTERS.contains(&stem.chars().count())) {
        near.extend(self::near(ctx, stem).await?);
    }
    let is_known = near.iter().any(|(distance, _)| *distance == 0);
    if is_known && !is_lost && word.letters() < LONG {
        return Ok(Vec::new());
    }
    near.retain(|(distance, _)| *distance > 0);
    near.sort();
    near.dedup();
    near.truncate(MEANINGS);
    Ok(near.into_iter().map(|(_, word)| word).collect())
}

/// Words of the vocabulary that are near, each with its distance.
async fn near(ctx: &Ctx, word: &str) -> Result<Vec<(usize, String)>, Problem> {
    let letters: Vec<char> = word.chars().collect();
    let slips = if letters.len() < LONG { 1 } else { 2 };
    // A slip may touch two letters in the middle: what is left before or behind it is the same.
    let same = (letters.len() / 3).clamp(1, 3);
    let head: String = letters.iter().take(same).collect();
    let tail: String = letters.iter().rev().take(same).collect();
    let behind = |start: &str| format!("{start}{END}");
    let length = |letters: usize| i64::try_from(letters).unwrap_or(0);
    let (least, most) = (length(letters.len() - slips), length(letters.len() + slips));
    let params = params![head, behind(&head), tail, behind(&tail), least, most];
    let rows = ctx.sql().query(NEAR, &params).await?;
    let known: Vec<&str> = rows.read(|row| row.get())?;
    let near = known.into_iter().filter_map(|known| Some((within(word, known, slips)?, known.to_owned())));
    Ok(near.collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::fixture::{Found, Index};

    #[test]
    fn slips_are_forgiven_by_the_length_of_the_word() {
        let index = Index::new();
        let topic = index.topic("Compressor vibration after overhaul", "صيانة الضواغط");
        let wanted = vec![Found::topic(topic)];
        for typed in [
            "compresor",
            "comprssor",
            "cmopressor",
            "vibratoin",
            "vibratin",
            "xompressor",
            "compressox",
            "صيناة",
            "الصيناة",
        ] {
            assert_eq!(index.found(typed), wanted, "{typed}");
        }
        for typed in ["afer", "atfer", "aftter"] {
            assert_eq!(index.found(typed), wanted, "{typed}");
        }
        for typed in ["cxmprxsxor", "aftxx", "aft3r", "af"] {
            assert_eq!(index.found(typed), [], "{typed}");
        }
    }

    #[test]
    fn a_word_that_is_known_is_not_taken_for_another() {
        let index = Index::new();
        let motor = index.topic("The motor is loud", "It hums.");
        index.topic("The rotor is bent", "It scrapes.");
        assert_eq!(index.found("motor"), [Found::topic(motor)]);
        assert_eq!(index.found("motor%20hums"), [Found::topic(motor)]);
        assert_eq!(index.found("notor").len(), 2, "nothing is called so, and both are near");
    }

    #[test]
    fn the_vocabulary_is_read_through_its_indexes() {
        let index = Index::new();
        let steps = index.host.plan(NEAR, &params!["pu", "pv", "pm", "pn", 3i64, 5i64]);
        let tables: Vec<_> = steps.iter().filter(|step| step.contains("vocabulary")).collect();
        assert_eq!(tables.len(), 2, "{steps:?}");
        assert!(tables.iter().all(|step| step.starts_with("SEARCH")), "{steps:?}");
    }

    #[test]
    fn what_was_found_says_what_was_met() {
        let index = Index::new();
        index.topic("Compressor vibration", "Loud.");
        let page = index.search("/search?q=compresor").json();
        assert_eq!(page["items"][0]["highlights"], json!([{ "field": "title", "start": 0, "end": 10 }]));
    }
}
