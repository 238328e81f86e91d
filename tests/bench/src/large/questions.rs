//! Questions for search: words as people type them, each kind in a file that wrk reads. The words are those that the texts
//! are made of, and the frequent ones are asked for more often.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use serde_json::Value;

use super::words::{Dice, Tongue, post};
use crate::servers::Server;

/// Questions of one kind: so many that what is remembered of one is no help for the next.
const QUESTIONS: u32 = 500;
/// Questions of one kind that are asked before anybody is measured, and how many of them must find something.
const TRIED: u32 = 20;
const FINDING: usize = 12;
/// Posts that words are taken from: every data set has them.
const POSTS: u32 = 250;
/// Letters of a word that is still being typed.
const BEGUN: usize = 4;
/// Letters of a word that is mistyped: from so many on search forgives it.
const LONG: usize = 6;

/// A kind of question.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    pub name: &'static str,
    ask: fn(&mut Dice) -> String,
}

/// Every kind.
pub const KINDS: [Kind; 5] = [
    Kind { name: "English word", ask: |dice| dice.word(Tongue::English) },
    Kind { name: "Arabic word", ask: |dice| dice.word(Tongue::Arabic) },
    Kind { name: "two words", ask: two },
    Kind { name: "beginning of a word", ask: begun },
    Kind { name: "mistyped word", ask: mistyped },
];

/// Of one post, so that there is something to find.
fn two(dice: &mut Dice) -> String {
    let text = post(dice.below(POSTS)).replace('.', "");
    text.split(' ').step_by(3).take(2).collect::<Vec<_>>().join(" ")
}

fn begun(dice: &mut Dice) -> String {
    let tongue = dice.tongue();
    dice.word(tongue).chars().take(BEGUN).collect()
}

/// Two letters in the middle have changed places.
fn mistyped(dice: &mut Dice) -> String {
    let tongue = dice.tongue();
    loop {
        let mut letters: Vec<char> = dice.word(tongue).chars().collect();
        let middle = letters.len() / 2;
        if letters.len() >= LONG && letters.get(middle) != letters.get(middle - 1) {
            letters.swap(middle, middle - 1);
            return letters.into_iter().collect();
        }
    }
}

impl Kind {
    fn questions(self, count: u32) -> impl Iterator<Item = String> {
        (0..count).map(move |number| encoded(&(self.ask)(&mut Dice::of(self.name, number))))
    }

    /// Writes questions of this kind to a file of the folder.
    pub fn write(self, folder: &Path) -> Result<PathBuf> {
        let file = folder.join(format!("{}.questions", self.name.replace(' ', "-")));
        fs::write(&file, self.questions(QUESTIONS).collect::<Vec<_>>().join("\n"))?;
        Ok(file)
    }
}

/// Questions of every kind, by turns.
pub fn write_mixed(folder: &Path) -> Result<PathBuf> {
    let file = folder.join("mixed.questions");
    let mut kinds = KINDS.map(|kind| kind.questions(QUESTIONS));
    let mut mixed = Vec::new();
    for number in 0..QUESTIONS as usize * KINDS.len() {
        mixed.extend(kinds.get_mut(number % KINDS.len()).and_then(Iterator::next));
    }
    fs::write(&file, mixed.join("\n"))?;
    Ok(file)
}

/// A figure for questions that find nothing would be worth nothing.
pub async fn check(server: &Server) -> Result<()> {
    for kind in KINDS {
        let mut finding = 0;
        for question in kind.questions(TRIED) {
            let text = server.known.get(server, &format!("/search?limit=20&q={question}")).await?;
            let page: Value = serde_json::from_str(&text)?;
            finding += usize::from(page.pointer("/items/0").is_some());
        }
        if finding < FINDING {
            bail!("of {TRIED} questions ({}) only {finding} find anything", kind.name);
        }
    }
    Ok(())
}

/// For a URL: whatever is no letter or digit of ASCII by its bytes.
fn encoded(question: &str) -> String {
    question.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_are_ready_for_a_url() {
        assert_eq!(encoded("a b"), "a%20b");
        assert_eq!(encoded("ضغط"), "%D8%B6%D8%BA%D8%B7");
        for kind in KINDS {
            assert!(kind.questions(200).all(|question| question.len() > 1 && question.is_ascii()));
        }
    }

    #[test]
    fn a_mistyped_word_is_another_one() {
        let mut dice = Dice::of("mistyped", 7);
        let mut same = dice.clone();
        let tongue = same.tongue();
        let typed = mistyped(&mut dice);
        let meant =
            std::iter::repeat_with(|| same.word(tongue)).find(|word| word.chars().count() >= LONG).unwrap();
        assert!(typed != meant && typed.len() == meant.len(), "{typed} {meant}");
    }
}
