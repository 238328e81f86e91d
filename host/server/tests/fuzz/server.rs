//! The real binary with every feature and the demo's data, over files or over services.

use std::fs;
use std::io::{self, BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use p2p_test_support::built;
use p2p_test_support::people::Person;
use serde_json::json;
use tempfile::TempDir;

const FEATURES: [&str; 7] =
    ["accounts", "forums", "use-cases", "messaging", "search", "dashboard", "notifications"];
/// Limits are for people, not for what asks as quickly as it can.
const SETTINGS: &str =
    "[rates]\nauth_per_minute = 0\nread_per_minute = 0\nwrite_per_minute = 0\nupload_per_hour = 0\n";
/// Founded her organization.
pub const ADMIN: &str = "salma@nakheel-foods.example";
/// Longest wait for what the server does by itself.
const PATIENCE: Duration = Duration::from_secs(60);

/// Ends with the test.
pub struct Server {
    child: Child,
    folder: TempDir,
    services: Vec<(&'static str, String)>,
    /// Where it listens.
    pub url: String,
    errors: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Everything is kept in a folder.
    pub fn over_files() -> Self {
        Self::start(Vec::new())
    }

    /// Over PostgreSQL and a server that speaks MongoDB's protocol, both of them the test's own.
    pub fn over_services(postgres: &str, mongo: &str) -> Self {
        let secret = "the secret of a test that asks everything";
        Self::start(vec![
            ("DATABASE_URL", postgres.to_owned()),
            // Each belongs to one feature, of which there are seven: with fewer they would be opened again and again.
            ("DATABASE_CONNECTIONS", "24".to_owned()),
            ("MONGODB_URL", mongo.to_owned()),
            ("SECRET_KEY", secret.to_owned()),
        ])
    }

    /// Answers once the demo's data are there.
    fn start(services: Vec<(&'static str, String)>) -> Self {
        let folder = folder();
        let migrated = p2p(folder.path(), &services, &["migrate"]).output().unwrap();
        assert!(migrated.status.success(), "{migrated:?}");
        let (said, says) = io::pipe().unwrap();
        let mut command = p2p(folder.path(), &services, &["serve", "--demo", "--listen", "127.0.0.1:0"]);
        command.env("LOG_LEVEL", "warn").stdout(says.try_clone().unwrap()).stderr(says);
        let child = command.spawn().unwrap();
        // It holds the writing end for as long as it is there.
        drop(command);
        let errors = Arc::default();
        let mut server = Self { child, folder, services, url: String::new(), errors };
        server.read(BufReader::new(said));
        server
    }

    fn read(&mut self, said: BufReader<io::PipeReader>) {
        let mut lines = said.lines().map(Result::unwrap);
        let mut before = Vec::new();
        loop {
            let line = lines.next().unwrap_or_else(|| panic!("it ended: {before:#?}"));
            if let Some((_, address)) = line.split_once(" answers on ") {
                self.url = format!("http://{address}");
            }
            assert!(!line.contains("could not be added"), "{line}");
            if line.starts_with("Demo people can sign in") {
                break;
            }
            before.push(line);
        }
        let errors = Arc::clone(&self.errors);
        std::thread::spawn(move || {
            for line in lines.filter(|line| line.contains("\"level\":\"ERROR\"")) {
                errors.lock().unwrap().push(line);
            }
        });
    }

    /// Somebody of the demo, with a new session.
    pub async fn person(&self, email: &str) -> Person {
        let nobody = Person::nobody(&self.url, "localhost");
        let login = json!({"email": email, "password": "Majlis-2026-demo"});
        nobody.signed_in(&nobody.post("/auth/login", &login).await.expect(200))
    }

    /// The admin, made one of the platform. Sessions of before are stale from the moment the server knows of it.
    pub async fn platform_admin(&self) -> Person {
        let before = self.person(ADMIN).await;
        let granted = p2p(self.folder.path(), &self.services, &["admin", "grant", ADMIN]).output().unwrap();
        assert!(granted.status.success(), "{granted:?}");
        let until = Instant::now() + PATIENCE;
        while before.get("/users/me").await.status != 401 {
            assert!(Instant::now() < until, "the server does not learn of its new admin");
        }
        let admin = self.person(ADMIN).await;
        admin.get("/audit").await.expect(200);
        admin
    }

    /// It is as ready as before, and nothing of what was asked did it take for a fault of its own.
    pub async fn has_no_complaints(&self) {
        let ready = reqwest::get(format!("{}/health/ready", self.url)).await.unwrap();
        assert_eq!(ready.status(), 200);
        let errors = self.errors.lock().unwrap();
        assert!(errors.is_empty(), "{errors:#?}");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let features = folder.path().join("features");
    fs::create_dir(&features).unwrap();
    for name in FEATURES {
        fs::copy(built::component(name), features.join(format!("{name}.wasm"))).unwrap();
    }
    fs::write(folder.path().join("p2p.toml"), SETTINGS).unwrap();
    folder
}

fn p2p(folder: &Path, services: &[(&str, String)], arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_p2p"));
    command.env_clear().current_dir(folder).args(arguments).stdin(Stdio::null());
    command.envs(services.iter().map(|(variable, value)| (variable, value)));
    command
}
