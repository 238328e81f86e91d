//! Letters that a host has written to a folder, read as far as tests need them.

use std::fs;
use std::path::{Path, PathBuf};

/// The one-time token of the newest letter that links to this page (`verify-email`, `reset-password`, `invitation`).
pub fn token(folder: &Path, page: &str) -> Option<String> {
    let mut letters = files(folder);
    letters.sort();
    letters.iter().rev().find_map(|letter| {
        let text = plain(&fs::read_to_string(letter).ok()?);
        let (_, rest) = text.split_once(&format!("/{page}?token="))?;
        let is_token = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        rest.split(|c| !is_token(c)).next().map(str::to_owned)
    })
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
