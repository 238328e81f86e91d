//! The stand-in for a core in a process of its own: it keeps everybody while servers in front of it come and go.

use std::path::Path;
use std::process::Stdio;

use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

/// See the module. Ended when dropped, and everything that it kept with it.
pub struct StandInCore {
    /// Where it answers, as `SUPERTOKENS_CONNECTION_URI` takes it.
    pub address: String,
    _process: Child,
}

impl StandInCore {
    /// Starts it with these options; `tests/peers/cdi-core.mjs` lists them.
    #[expect(clippy::expect_used, reason = "a test without its peer cannot say anything")]
    pub async fn start(options: &[&str]) -> Self {
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("../peers/cdi-core.mjs");
        let mut process = Command::new("node")
            .arg(program)
            .args(options)
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("Node runs the stand-in: run `cargo xtask tools`");
        let mut lines = BufReader::new(process.stdout.take().expect("its words")).lines();
        let first = lines.next_line().await.expect("its words").expect("a line");
        let address = first.rsplit(' ').next().unwrap_or_default().to_owned();
        Self { address, _process: process }
    }
}
