//! Letters about what stands in topics: to whom, and about what. One that goes out twice lies in the folder twice, unless
//! it is the same one, which a mail server would know by its `Message-ID`.

use std::fs;
use std::path::Path;

use p2p_test_support::letters;

use super::effects;

/// The folder forgets the oldest beyond that.
const MOST: usize = 1_000;
const PAGE: &str = "/forums/topics/";
const ID: usize = 36;

/// A line for each.
pub fn lines(folder: &Path) -> Vec<String> {
    let mut files = letters::files(folder);
    files.retain(|file| file.extension().is_some_and(|extension| extension == "eml"));
    assert!(files.len() < MOST, "some letters may be forgotten");
    files.iter().filter_map(|file| line(&fs::read_to_string(file).unwrap())).collect()
}

/// None for a letter about something else.
fn line(letter: &str) -> Option<String> {
    let to = letter.lines().find_map(|line| line.strip_prefix("To: ")).unwrap();
    let (name, _) = to.split_once('@').unwrap();
    let text = letter.replace("=\r\n", "");
    let (_, topic) = text.split_once(PAGE)?;
    let (_, thing) = topic.split_once('#')?;
    Some(effects::letter(name, &thing[..ID]))
}
