//! The real binary over both stores, started once: nothing that befalls them ends it.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use p2p_test_support::built;
use tempfile::TempDir;

use crate::answers::DEADLINE;
use crate::stores::OwnStores;

/// Ends with the test.
pub struct Server {
    child: Child,
    folder: TempDir,
    /// Where it listens.
    pub url: String,
}

impl Server {
    /// Everything is prepared, and it listens.
    pub fn start(stores: &OwnStores) -> Self {
        let folder = folder();
        let migrated = p2p(folder.path(), stores, &["migrate"]).output().unwrap();
        assert!(migrated.status.success(), "{migrated:?}");
        let log = std::fs::File::create(folder.path().join("log")).unwrap();
        let mut command = p2p(folder.path(), stores, &["serve", "--listen", "127.0.0.1:0"]);
        command.env("PUBLIC_URL", "http://localhost").env("LOG_LEVEL", "warn");
        let mut child = command.stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let first = BufReader::new(child.stdout.take().unwrap()).lines().next().unwrap().unwrap();
        let url = format!("http://{}", first.rsplit(' ').next().unwrap());
        Self { child, folder, url }
    }

    /// What readiness answers.
    pub async fn ready(&self) -> u16 {
        reqwest::get(format!("{}/health/ready", self.url)).await.unwrap().status().as_u16()
    }

    /// The end of what it has to say.
    pub fn log(&self) -> String {
        let log = std::fs::read_to_string(self.folder.path().join("log")).unwrap();
        let lines: Vec<_> = log.lines().collect();
        lines.iter().skip(lines.len().saturating_sub(30)).map(|line| format!("{line}\n")).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A short deadline, and no limit on requests: whoever writes here writes as fast as they can.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let features = folder.path().join("features");
    std::fs::create_dir(&features).unwrap();
    for feature in ["accounts", "forums"] {
        std::fs::copy(built::component(feature), features.join(format!("{feature}.wasm"))).unwrap();
    }
    let settings = format!(
        "[rates]\nauth_per_minute = 0\nwrite_per_minute = 0\nread_per_minute = 0\n\
        [limits]\nrequest_timeout_ms = {}\n",
        DEADLINE.as_millis()
    );
    std::fs::write(folder.path().join("p2p.toml"), settings).unwrap();
    folder
}

fn p2p(folder: &Path, stores: &OwnStores, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_p2p"));
    command.env_clear().current_dir(folder).args(arguments).stdin(Stdio::null());
    command.env("DATABASE_URL", stores.postgres.url()).env("MONGODB_URL", stores.mongo.url());
    command.env("SECRET_KEY", "the secret of a test of faults").env("DATABASE_CONNECTIONS", "8");
    command
}
