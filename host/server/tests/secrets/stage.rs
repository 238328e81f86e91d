//! The real binary with a log that tells everything, and the look through all that it has written.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use p2p_test_support::built;
use p2p_test_support::letters::{self, files};
use p2p_test_support::people::Answer;

/// Of the deployment.
pub const SECRET: &str = "the secret of this deployment, which nobody may read";
/// Whoever signs up first.
pub const EMAIL: &str = "sara@works.example";
/// What `signup` takes.
pub const PASSWORD: &str = "correct horse 7";

/// A server that must not outlive its test.
pub struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
    }
}

/// Starts it in this folder and waits until it is ready; and where it answers.
pub async fn start(folder: &Path) -> (Server, String) {
    let features = folder.join("features");
    fs::create_dir_all(&features).unwrap();
    for name in ["accounts", "forums"] {
        fs::copy(built::component(name), features.join(format!("{name}.wasm"))).unwrap();
    }
    // Sessions in cookies then have a third secret, the one against foreign pages.
    fs::write(folder.join("p2p.toml"), "[sessions]\nanti_csrf = \"via-token\"\n").unwrap();
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let log = File::create(folder.join("log")).unwrap();
    let child = Command::new(env!("CARGO_BIN_EXE_p2p"))
        .env_clear()
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

/// What a command said on standard output, beside the server.
pub fn told(folder: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_p2p"));
    let output =
        command.env_clear().args(arguments).current_dir(folder).env("SECRET_KEY", SECRET).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// Everything that this answer hands out, be it in headers or in cookies; cookies also as they are meant.
pub fn tokens(answer: &Answer) -> Vec<String> {
    let header = |name: &str| answer.headers.get(name)?.to_str().ok().map(str::to_owned);
    let headers = ["st-access-token", "st-refresh-token", "anti-csrf"].into_iter().filter_map(header);
    let cookies = cookies(answer).into_iter().map(|(_, value)| value);
    let plain: Vec<_> = headers.chain(cookies).filter(|token| !token.is_empty()).collect();
    let meant = plain.iter().map(|token| token.replace("%3D", "=").replace("%2F", "/").replace("%2B", "+"));
    meant.chain(plain.clone()).collect()
}

/// The cookies that this answer sets, by name.
pub fn cookies(answer: &Answer) -> Vec<(String, String)> {
    let lines = answer.headers.get_all("set-cookie").iter().filter_map(|line| line.to_str().ok());
    let pairs = lines.filter_map(|line| line.split(';').next()?.split_once('='));
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// Waits for the letter.
pub async fn mailed_token(folder: &Path, page: &str) -> String {
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

/// None of these is in the log, nor in any file of the data but letters.
pub fn assert_kept_nowhere(folder: &Path, secrets: &[String]) {
    let log = fs::read(folder.join("log")).unwrap();
    assert!(holds(&log, "/api/v1/auth/signup"), "the log tells what was asked");
    let kept =
        files(&folder.join("data")).into_iter().filter(|file| !file.starts_with(folder.join("data/mail")));
    let kept: Vec<_> = kept.map(|file| (file.clone(), fs::read(file).unwrap())).collect();
    assert!(kept.iter().any(|(_, bytes)| holds(bytes, EMAIL)), "what is kept was looked at");
    for secret in &BTreeSet::from_iter(secrets) {
        assert!(!holds(&log, secret), "in the log: {secret}");
        for (file, bytes) in &kept {
            assert!(!holds(bytes, secret), "in {}: {secret}", file.display());
        }
    }
}
