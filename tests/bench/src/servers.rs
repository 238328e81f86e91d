//! The two sides as processes: the real server with its components, and the twin. One worker thread each, the same
//! secret, address and log level, nothing else in their environment.

use std::fmt;
use std::fs::{self, File};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};

use crate::places::{PUBLIC_URL, Places, SECRET};

/// Compiling every component for the first time is the longest of it.
const START: Duration = Duration::from_secs(180);
const STOP: Duration = Duration::from_secs(60);
/// Between two questions whether it answers.
const ASK: Duration = Duration::from_millis(2);

/// Read by the component side from the folder it runs in: what is measured is not how soon it tells people to wait.
const CONFIGURATION: &str = "[rates]\nauth_per_minute = 0\nread_per_minute = 0\nwrite_per_minute = 0\n";

/// Which side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Native,
    Component,
}

/// A running side.
#[derive(Debug)]
pub struct Server {
    pub side: Side,
    pub address: SocketAddr,
    pub pid: u32,
    /// From its start to its first answer.
    pub started: Duration,
    child: Child,
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Native => "native",
            Self::Component => "component",
        })
    }
}

impl Server {
    /// Starts a side over a data folder inside the folder of the run, and waits until it answers.
    pub async fn start(side: Side, places: &Places, run: &Path, data: &str) -> Result<Self> {
        let address = free_address()?;
        let log = run.join(format!("{side}.log"));
        let mut command = command(side, places, run, data, address);
        bound(&mut command, run, File::create(&log)?)?;
        fs::write(run.join("p2p.toml"), CONFIGURATION)?;
        let begun = Instant::now();
        let mut child = command.spawn().with_context(|| format!("the {side} side cannot be started"))?;
        let pid = child.id().context("it ended at once")?;
        if let Err(error) = answers(&mut child, address).await {
            let said = fs::read_to_string(&log).unwrap_or_default();
            bail!("the {side} side does not answer: {error:#}\n{said}");
        }
        Ok(Self { side, address, pid, started: begun.elapsed(), child })
    }

    /// A URL below `/api/v1`.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}/api/v1{path}", self.address)
    }

    /// Asks it to stop, and waits until it has.
    pub async fn stop(mut self) -> Result<()> {
        let pid = i32::try_from(self.pid).ok().and_then(Pid::from_raw).context("a strange process id")?;
        kill_process(pid, Signal::TERM)?;
        let ended = tokio::time::timeout(STOP, self.child.wait()).await;
        let status = ended.with_context(|| format!("the {} side does not stop", self.side))??;
        if !status.success() {
            bail!("the {} side stopped with {status}", self.side);
        }
        Ok(())
    }
}

/// The same bounds for both sides.
fn bound(command: &mut Command, run: &Path, output: File) -> Result<()> {
    command
        .env_clear()
        .env("TOKIO_WORKER_THREADS", "1")
        .env("LOG_LEVEL", "warn")
        .env("SECRET_KEY", SECRET)
        .env("PUBLIC_URL", PUBLIC_URL)
        .current_dir(run)
        .stdin(Stdio::null())
        .stdout(output.try_clone()?)
        .stderr(output)
        .kill_on_drop(true);
    Ok(())
}

fn command(side: Side, places: &Places, run: &Path, data: &str, address: SocketAddr) -> Command {
    let (data, address) = (run.join(data), address.to_string());
    match side {
        Side::Native => {
            let mut command = Command::new(&places.own);
            command.arg("native").arg(data).arg(address).arg(&places.components.folder);
            command
        }
        Side::Component => {
            let mut command = Command::new(&places.server);
            command.args(["serve", "--listen", &address]).arg("--data").arg(data);
            command.arg("--features-dir").arg(run.join("features"));
            command
        }
    }
}

/// A port that nobody has at this moment.
fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

async fn answers(child: &mut Child, address: SocketAddr) -> Result<()> {
    let client = reqwest::Client::new();
    let url = format!("http://{address}/health/live");
    let asking = async {
        loop {
            if let Some(status) = child.try_wait()? {
                bail!("it ended with {status}");
            }
            // Nobody listens yet, most likely.
            if let Ok(answer) = client.get(&url).send().await
                && answer.status().is_success()
            {
                return Ok(());
            }
            tokio::time::sleep(ASK).await;
        }
    };
    tokio::time::timeout(START, asking).await.context("it took too long")?
}
