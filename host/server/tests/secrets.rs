//! What must never be written down: passwords, tokens and keys, in the log at its most talkative and in the stores.

#![cfg(test)]

use std::fs::{self, File};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use p2p_test_support::built;
use p2p_test_support::letters::{self, files};
use p2p_test_support::people::{Answer, Person, signup};
use serde_json::json;

const SECRET: &str = "the secret of this deployment, which nobody may read";
const EMAIL: &str = "sara@works.example";
const NEW_PASSWORD: &str = "another horse 8";

struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
    }
}

async fn start(folder: &Path) -> (Server, String) {
    let features = folder.join("features");
    fs::create_dir_all(&features).unwrap();
    for name in ["accounts", "forums"] {
        fs::copy(built::component(name), features.join(format!("{name}.wasm"))).unwrap();
    }
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let log = File::create(folder.join("log")).unwrap();
    let child = Command::new(env!("CARGO_BIN_EXE_p2p"))
        .args(["serve", "--listen", &address])
        .current_dir(folder)
        .env("LOG_LEVEL", "trace")
        .env("SECRET_KEY", SECRET)
        .stdout(log.try_clone().unwrap())
        .stderr(log)
        .stdin(Stdio::null())
        .spawn()
        .unwrap();
    let (server, url) = (Server(child), format!("http://{address}"));
    let begun = Instant::now();
    while !reqwest::get(format!("{url}/health/ready")).await.is_ok_and(|answer| answer.status() == 200) {
        assert!(begun.elapsed() < Duration::from_secs(120), "the server does not become ready");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    (server, url)
}

fn tokens(answer: &Answer) -> Vec<String> {
    let header = |name: &str| answer.headers.get(name)?.to_str().ok().map(str::to_owned);
    ["st-access-token", "st-refresh-token"].into_iter().filter_map(header).filter(|t| !t.is_empty()).collect()
}

/// Waits for the letter.
async fn mailed_token(folder: &Path, page: &str) -> String {
    let begun = Instant::now();
    loop {
        if let Some(token) = letters::token(&folder.join("data/mail"), page) {
            return token;
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "no letter about {page}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn holds(haystack: &[u8], needle: &str) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle.as_bytes())
}

#[tokio::test]
async fn passwords_tokens_and_keys_are_in_no_log_and_in_no_store() {
    let folder = tempfile::tempdir().unwrap();
    let (server, url) = start(folder.path()).await;
    let nobody = Person::nobody(&url, "localhost");
    let signed_up = nobody.post("/auth/signup", &signup(EMAIL)).await.expect(201);
    let mut secrets = tokens(&signed_up);
    let person = nobody.signed_in(&signed_up);
    let refreshed =
        person.with_token(person.refresh.clone()).post("/auth/refresh", &json!({})).await.expect(200);
    secrets.extend(tokens(&refreshed));
    nobody.post("/auth/login", &json!({"email": EMAIL, "password": "a wrong horse 9"})).await.expect(400);
    secrets.push(mailed_token(folder.path(), "verify-email").await);
    nobody.post("/auth/verify-email", &json!({"token": secrets.last()})).await.expect(200);
    nobody.post("/auth/reset-password", &json!({"email": EMAIL})).await.expect(200);
    secrets.push(mailed_token(folder.path(), "reset-password").await);
    let confirm = json!({"token": secrets.last(), "newPassword": NEW_PASSWORD});
    nobody.post("/auth/reset-password/confirm", &confirm).await.expect(200);
    drop(server);

    assert!(secrets.len() >= 6 && secrets.iter().all(|secret| secret.len() >= 20), "{}", secrets.len());
    secrets.extend([SECRET, NEW_PASSWORD, "correct horse 7", "a wrong horse 9"].map(str::to_owned));
    let log = fs::read(folder.path().join("log")).unwrap();
    assert!(holds(&log, "/auth/signup") || log.len() > 10_000, "the log is talkative");
    let kept = files(&folder.path().join("data"))
        .into_iter()
        .filter(|file| !file.starts_with(folder.path().join("data/mail")));
    let kept: Vec<_> = kept.map(|file| (file.clone(), fs::read(file).unwrap())).collect();
    for secret in &secrets {
        assert!(!holds(&log, secret), "in the log: {secret}");
        for (file, bytes) in &kept {
            assert!(!holds(bytes, secret), "in {}: {secret}", file.display());
        }
    }
}
