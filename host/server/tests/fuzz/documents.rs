//! A server that speaks MongoDB's protocol, of this test's own: the databases of a `p2p` have names that one server can
//! hold but once. It writes nothing through to the disk; how long it keeps is for other tests.

use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use p2p_test_support::built;
use tempfile::TempDir;

/// Ends with the test.
pub struct DocumentServer {
    /// Where it listens.
    pub url: String,
    process: Child,
    _folder: TempDir,
}

impl DocumentServer {
    /// It takes connections.
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = Command::new(built::python().with_file_name("secantusd-py"));
        command.args(["--host", "127.0.0.1", "--port", &port.to_string(), "--standalone"]);
        command.args(["--cache-size", "64M", "--log-level", "ERROR", "--storage-path"]);
        command.arg(folder.path().join("data")).stdin(Stdio::null()).stdout(Stdio::null());
        let process = command.stderr(Stdio::null()).spawn().unwrap();
        let url = format!("mongodb://127.0.0.1:{port}/?directConnection=true");
        let server = Self { url, process, _folder: folder };
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(begun.elapsed() < Duration::from_secs(60), "the server of documents does not start");
            std::thread::yield_now();
        }
        server
    }
}

impl Drop for DocumentServer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
