//! The folder that takes letters when no mail server does, read as the invited would read their mail. Only invitations.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Result;

/// Where the link of an invitation leads, up to its token.
const LINK: &str = "/invitation?token=";
/// The newest letters, among which an invitation that was just sent is.
const RECENT: usize = 200;
/// Longest wait for a letter.
const PATIENCE: Duration = Duration::from_secs(10);
/// Between two looks into the folder.
const PAUSE: Duration = Duration::from_millis(25);

/// A folder of letters.
pub struct Mailbox {
    folder: PathBuf,
    patience: Duration,
}

impl Mailbox {
    /// The folder need not be there yet.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder, patience: PATIENCE }
    }

    /// The token of the newest invitation of this address.
    pub async fn invitation(&self, email: &str) -> Result<Option<String>> {
        let (folder, email) = (self.folder.clone(), email.to_owned());
        Ok(tokio::task::spawn_blocking(move || newest(&folder, &email)).await?)
    }

    /// The same, when it is another than this; waits for it. None when it does not come.
    pub async fn next_invitation(&self, email: &str, old: Option<&str>) -> Result<Option<String>> {
        let arrival = async {
            loop {
                match self.invitation(email).await? {
                    Some(token) if Some(token.as_str()) != old => break Ok(token),
                    _ => tokio::time::sleep(PAUSE).await,
                }
            }
        };
        tokio::time::timeout(self.patience, arrival).await.ok().transpose()
    }
}

/// Names of letters sort by age. What cannot be read is no letter.
fn newest(folder: &Path, email: &str) -> Option<String> {
    let entries = fs::read_dir(folder).ok()?.filter_map(Result::ok).map(|entry| entry.path());
    let mut letters: Vec<_> =
        entries.filter(|path| path.extension().is_some_and(|kind| kind == "eml")).collect();
    letters.sort();
    let texts = letters.iter().rev().take(RECENT).filter_map(|letter| fs::read_to_string(letter).ok());
    texts.filter(|text| is_to(text, email)).find_map(|text| token(&text))
}

fn is_to(letter: &str, email: &str) -> bool {
    let receiver = letter.lines().find_map(|line| line.strip_prefix("To: "));
    receiver.is_some_and(|receiver| receiver.trim().trim_matches(['<', '>']) == email)
}

/// Quoted-printable breaks lines with a sign and writes that sign as three.
fn token(letter: &str) -> Option<String> {
    let plain = letter.replace("=\r\n", "").replace("=3D", "=");
    let (_, rest) = plain.split_once(LINK)?;
    let token: String = rest.chars().take_while(char::is_ascii_alphanumeric).collect();
    (!token.is_empty()).then_some(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter(folder: &Path, name: &str, to: &str, link: &str) {
        let text = format!("From: <a@b.example>\r\nTo: <{to}>\r\n\r\nWelcome: https://x/auth{link}\r\nBye");
        fs::write(folder.join(name), text).unwrap();
    }

    #[tokio::test]
    async fn the_newest_invitation_of_an_address_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let mailbox = Mailbox::new(folder.path().join("mail"));
        assert_eq!(mailbox.invitation("a@x.example").await.unwrap(), None, "no folder yet");
        let mailbox = Mailbox::new(folder.path().to_owned());
        letter(folder.path(), "1.eml", "a@x.example", "/invitation?token=3Dab=\r\nc1");
        letter(folder.path(), "2.eml", "b@x.example", "/invitation?token=bbb");
        letter(folder.path(), "3.eml", "a@x.example", "/verify-email?token=ccc");
        letter(folder.path(), "4.txt", "a@x.example", "/invitation?token=ddd");
        assert_eq!(mailbox.invitation("a@x.example").await.unwrap().as_deref(), Some("abc1"));
        letter(folder.path(), "5.eml", "a@x.example", "/invitation?token=eee");
        let next = mailbox.next_invitation("a@x.example", Some("abc1")).await.unwrap();
        assert_eq!(next.as_deref(), Some("eee"));
    }

    #[tokio::test]
    async fn a_letter_that_does_not_come_is_not_waited_for_any_longer() {
        let folder = tempfile::tempdir().unwrap();
        let patience = 4 * PAUSE;
        let mailbox = Mailbox { patience, ..Mailbox::new(folder.path().to_owned()) };
        letter(folder.path(), "1.eml", "a@x.example", "/invitation?token=old");
        assert_eq!(mailbox.next_invitation("a@x.example", Some("old")).await.unwrap(), None);
    }
}
