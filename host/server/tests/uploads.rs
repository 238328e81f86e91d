//! The real binary and large files: they pass through it without being held in memory, and what is refused or breaks off
//! leaves nothing behind.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests may stop with a panic")]

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use p2p_test_support::built;
use p2p_test_support::letters::files;
use p2p_test_support::people::Person;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const MIB: usize = 1 << 20;
/// The longest film there may be.
const LONGEST: usize = 50 * MIB;
/// By so many KiB one may raise the memory of the server.
const RAISE_KIB: usize = 8 << 10;
/// How a film begins.
const HEAD: &[u8] = b"\0\0\0\x20ftypisom\0\0\x02\0isomiso2avc1mp41";
const PIECE: usize = 64 << 10;
const PATIENCE: Duration = Duration::from_secs(30);

struct Server {
    child: Child,
    folder: TempDir,
    url: String,
}

impl Server {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let features = folder.path().join("features");
        fs::create_dir(&features).unwrap();
        for name in ["accounts", "use-cases"] {
            fs::copy(built::component(name), features.join(format!("{name}.wasm"))).unwrap();
        }
        let mut command = Command::new(env!("CARGO_BIN_EXE_p2p"));
        command.args(["serve", "--listen", "127.0.0.1:0"]).env_clear().current_dir(folder.path());
        command.env("PUBLIC_URL", "http://localhost").stdin(Stdio::null()).stderr(Stdio::null());
        // Its memory comes in pages of 4 KiB: of 2 MiB, which the allocator likes better, each that a thread touches for
        // the first time would count as a whole one.
        command.env("MIMALLOC_ALLOW_THP", "0");
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let first = BufReader::new(child.stdout.take().unwrap()).lines().next().unwrap().unwrap();
        let url = format!("http://{}", first.rsplit(' ').next().unwrap());
        Self { child, folder, url }
    }

    /// What the kernel says of its memory.
    fn memory(&self, name: &str) -> usize {
        let status = fs::read_to_string(self.proc("status")).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        line.trim_matches([':', ' ', '\t']).trim_end_matches(" kB").parse().unwrap()
    }

    /// From here on the peak is measured anew.
    fn forget_peak(&self) {
        fs::write(self.proc("clear_refs"), "5").unwrap();
    }

    fn proc(&self, name: &str) -> PathBuf {
        Path::new("/proc").join(self.child.id().to_string()).join(name)
    }

    /// How long the files are that lie there, whole or not: those that were named, and those on their way.
    fn lengths(&self, place: &str) -> Vec<usize> {
        let blobs = self.folder.path().join("data/tenants/main/blobs/use-cases").join(place);
        let data = files(&blobs).into_iter().filter(|file| file.ends_with("data"));
        // One may go while it is looked at.
        let mut all: Vec<_> = data.filter_map(|file| Some(file.metadata().ok()?.len() as usize)).collect();
        all.sort_unstable();
        all
    }

    fn nothing_is_left(&self) -> bool {
        files(&self.folder.path().join("data/tenants/main/blobs/use-cases/staged")).is_empty()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A film on its way to a use case.
struct Film {
    stream: TcpStream,
    rest: usize,
    tail: Vec<u8>,
}

impl Film {
    /// Its sender has said how long it is, and sent its first bytes.
    async fn begin(server: &Server, sara: &Person, case: &str, length: usize) -> Self {
        let part = "--film\r\ncontent-disposition: form-data; name=\"file\"; filename=\"line.mp4\"\r\n\r\n";
        let tail = b"\r\n--film--\r\n".to_vec();
        let whole = part.len() + length + tail.len();
        let token = sara.token.as_deref().unwrap();
        let head = format!(
            "POST /api/v1/use-cases/{case}/media HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\n\
            st-auth-mode: header\r\ncontent-type: multipart/form-data; boundary=film\r\n\
            content-length: {whole}\r\nconnection: close\r\n\r\n{part}"
        );
        let mut stream = TcpStream::connect(server.url.trim_start_matches("http://")).await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(HEAD).await.unwrap();
        Self { stream, rest: length - HEAD.len(), tail }
    }

    /// So many bytes more, none of them held longer than it takes to send them.
    async fn send(&mut self, bytes: usize) {
        let piece = vec![7; PIECE];
        let mut left = bytes.min(self.rest);
        self.rest -= left;
        while left > 0 {
            let now = left.min(PIECE);
            self.stream.write_all(&piece[..now]).await.unwrap();
            left -= now;
        }
    }

    /// Status and body of the answer, once everything is sent.
    async fn end(mut self) -> (u16, Value) {
        self.send(usize::MAX).await;
        self.stream.write_all(&self.tail).await.unwrap();
        let mut answer = String::new();
        self.stream.read_to_string(&mut answer).await.unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, serde_json::from_str(body).unwrap())
    }
}

async fn stage() -> (Server, Person, String) {
    let server = Server::start();
    let sara = Person::founder(&server.url, "localhost", "sara@works.example").await;
    let begun = sara.post("/use-cases", &json!({ "title": "Camera over a mould" })).await.expect(201);
    let case = begun.json["id"].as_str().unwrap().to_owned();
    (server, sara, case)
}

async fn until(is_so: impl Fn() -> bool, what: &str) {
    let waiting = async {
        while !is_so() {
            tokio::task::yield_now().await;
        }
    };
    assert!(tokio::time::timeout(PATIENCE, waiting).await.is_ok(), "not so: {what}");
}

#[tokio::test]
async fn a_long_film_is_kept_and_never_whole_in_memory() {
    let (server, sara, case) = stage().await;
    let (status, small) = Film::begin(&server, &sara, &case, MIB).await.end().await;
    assert_eq!(status, 201, "{small}");
    server.forget_peak();
    let before = server.memory("VmHWM");
    let (status, kept) = Film::begin(&server, &sara, &case, LONGEST).await.end().await;
    assert_eq!((status, &kept["media"][0]["size"]), (201, &json!(LONGEST)), "{kept}");
    // The kernel counts by and by: without any raise the peak may be said to be a little lower.
    let raise = server.memory("VmHWM").saturating_sub(before);
    println!("{LONGEST} bytes raised the peak by {raise} KiB over {before} KiB");
    assert!(raise <= RAISE_KIB, "{LONGEST} bytes raised the peak by {raise} KiB over {before} KiB");
    assert_eq!(server.lengths("kept"), [MIB, LONGEST]);
    assert!(server.nothing_is_left());
}

#[tokio::test]
async fn one_that_is_too_long_is_refused_and_leaves_nothing() {
    let (server, sara, case) = stage().await;
    for length in [LONGEST + 1, LONGEST + MIB] {
        let (status, refused) = Film::begin(&server, &sara, &case, length).await.end().await;
        assert_eq!((status, &refused["error_code"]), (413, &json!("TOO_LARGE")), "{refused}");
        assert!(server.nothing_is_left() && server.lengths("kept").is_empty());
    }
    let shown = sara.get(&format!("/use-cases/{case}")).await.expect(200).json;
    assert_eq!(shown["media"], json!([]));
}

#[tokio::test]
async fn one_that_breaks_off_leaves_nothing() {
    let (server, sara, case) = stage().await;
    let mut film = Film::begin(&server, &sara, &case, LONGEST).await;
    film.send(LONGEST / 2).await;
    until(|| server.lengths("staged").iter().any(|length| *length > MIB), "it lies there in part").await;
    drop(film);
    until(|| server.nothing_is_left(), "its part is gone").await;
    let shown = sara.get(&format!("/use-cases/{case}")).await.expect(200).json;
    assert_eq!((&shown["media"], server.lengths("kept")), (&json!([]), vec![]));
}
