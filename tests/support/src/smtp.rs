//! A mail server of another make, in a process of its own: what it took lies in a folder.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use p2p_jobs::{Mailer, Security, Sender, SmtpSettings};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::built;

/// Longest wait for its port; it may have to make a key first.
const START: Duration = Duration::from_secs(60);

/// See the module. Ended when dropped.
pub struct SmtpServer {
    /// Where it listens, on this machine.
    pub port: u16,
    folder: TempDir,
    _process: Child,
}

impl SmtpServer {
    /// Starts it with these options; `tests/peers/smtp.py` lists them.
    #[expect(clippy::expect_used, reason = "a test without its peer cannot say anything")]
    pub async fn start(options: &[&str]) -> Self {
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("../peers/smtp.py");
        let folder = tempfile::tempdir().expect("a folder");
        let mut process = Command::new(built::python())
            .arg(program)
            .arg(folder.path())
            .args(options)
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("a mail server");
        let mut lines = BufReader::new(process.stdout.take().expect("its words")).lines();
        let says = tokio::time::timeout(START, lines.next_line()).await.expect("a port in time");
        let port = says.expect("a line").expect("a port").trim().parse().expect("a number");
        Self { port, folder, _process: process }
    }

    /// How to reach it without a login.
    #[expect(clippy::expect_used, reason = "a test without its peer cannot say anything")]
    pub fn settings(&self, security: Security) -> SmtpSettings {
        let authorities = match security {
            Security::None => None,
            _ => Some(std::fs::read(self.folder.path().join("certificate.pem")).expect("its certificate")),
        };
        SmtpSettings { host: "localhost".to_owned(), port: self.port, security, login: None, authorities }
    }

    /// Sends letters to it.
    #[expect(clippy::expect_used, reason = "a test's own settings")]
    pub fn mailer(&self, settings: SmtpSettings) -> Mailer {
        let sender = Sender::new(Some("المنصة <post@works.example>"), "works.example", "https://app.example")
            .expect("a sender");
        Mailer::to_server(settings, sender).expect("a mailer")
    }

    /// What it took, in order.
    #[expect(clippy::expect_used, reason = "a test's own folder")]
    pub fn taken(&self) -> Vec<String> {
        let letters = (1..).map(|number: u32| self.folder.path().join(format!("{number}.eml")));
        letters
            .take_while(|file: &PathBuf| file.exists())
            .map(|file| std::fs::read_to_string(file).expect("a message"))
            .collect()
    }
}
