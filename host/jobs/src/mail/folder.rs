//! Letters as files, for people who try the server out: one `.eml` each, the newest thousand.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::MailFault;
use crate::deliveries::Delivery;

/// Files that are kept.
const KEPT: usize = 1_000;

/// A folder of letters.
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    /// The folder is made with the first letter.
    pub fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// Lays a letter down, whole or not at all. The same letter again replaces it.
    pub async fn keep(&self, delivery: &Delivery, message: Vec<u8>) -> Result<(), MailFault> {
        let (folder, name) = (self.path.clone(), name(delivery));
        let write = tokio::task::spawn_blocking(move || {
            write(&folder, &name, &message)?;
            forget(&folder, KEPT)
        });
        let written = write.await.map_err(io::Error::other).flatten();
        written
            .map_err(|error| MailFault::Later(format!("{} cannot be written: {error}", self.path.display())))
    }
}

/// By the time it was queued, so that names sort by age.
fn name(delivery: &Delivery) -> String {
    let time = delivery.committed_at.to_rfc3339();
    let time: String = time.chars().filter(char::is_ascii_alphanumeric).collect();
    format!("{time}-{}.eml", delivery.event_id)
}

fn write(folder: &Path, name: &str, message: &[u8]) -> io::Result<()> {
    make_private(folder)?;
    let part = folder.join(format!(".{name}.part"));
    fs::write(&part, message)?;
    fs::rename(&part, folder.join(name))
}

/// Links in letters let people in: nobody else may look.
fn make_private(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}

fn forget(folder: &Path, kept: usize) -> io::Result<()> {
    let mut letters = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "eml") {
            letters.push(path);
        }
    }
    letters.sort();
    for old in letters.iter().take(letters.len().saturating_sub(kept)) {
        match fs::remove_file(old) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_letter_is_there_once_and_the_oldest_go() {
        let data = tempfile::tempdir().unwrap();
        let folder = data.path().join("mail");
        for name in ["1.eml", "2.eml", "3.eml", "3.eml"] {
            write(&folder, name, b"hello").unwrap();
        }
        assert_eq!(names(&folder), ["1.eml", "2.eml", "3.eml"]);
        fs::write(folder.join("notes.txt"), "mine").unwrap();
        forget(&folder, 2).unwrap();
        assert_eq!(names(&folder), ["2.eml", "3.eml", "notes.txt"]);
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_may_look() {
        use std::os::unix::fs::PermissionsExt as _;
        let data = tempfile::tempdir().unwrap();
        let folder = data.path().join("mail");
        write(&folder, "1.eml", b"hello").unwrap();
        assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
    }
}
