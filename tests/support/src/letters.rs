//! Letters that a host has written to a folder, read as far as tests need them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The one-time token of the newest letter that links to this page (`verify-email`, `reset-password`, `invitation`).
pub fn token(folder: &Path, page: &str) -> Option<String> {
    let texts = in_order(folder);
    texts.iter().rev().find_map(|text| token_in(&plain(text), page))
}

/// The same tokens of all letters, by the address that each went to.
pub fn tokens(folder: &Path, page: &str) -> BTreeMap<String, String> {
    let texts = in_order(folder);
    texts.iter().filter_map(|text| Some((receiver(text)?, token_in(&plain(text), page)?))).collect()
}

/// Letters that are there whole, the oldest first.
fn in_order(folder: &Path) -> Vec<String> {
    let mut letters = files(folder);
    letters.retain(|file| file.extension().is_some_and(|extension| extension == "eml"));
    letters.sort();
    letters.iter().filter_map(|letter| fs::read_to_string(letter).ok()).collect()
}

fn token_in(text: &str, page: &str) -> Option<String> {
    let (_, rest) = text.split_once(&format!("/{page}?token="))?;
    let is_token = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    rest.split(|c| !is_token(c)).next().map(str::to_owned)
}

fn receiver(text: &str) -> Option<String> {
    let header = text.lines().find_map(|line| line.strip_prefix("To: "))?;
    Some(header.trim().trim_matches(['<', '>']).to_owned())
}

/// Every file below a folder.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.filter_map(Result::ok).map(|entry| entry.path());
    paths.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// Without the line ends and signs that quoted-printable adds to ASCII.
fn plain(letter: &str) -> String {
    letter.replace("=\r\n", "").replace("=3D", "=")
}
