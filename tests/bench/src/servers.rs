//! The sides as processes: the real server with its components, the twin, and beside them the yardstick. One worker
//! thread each, the same secret, address and log level, nothing else in their environment but what they stand on.

use std::fmt;
use std::fs::{self, File};
use std::net::{SocketAddr, TcpListener};
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};

use crate::data::Ground;
use crate::known::Known;
use crate::places::{PUBLIC_URL, Places, SECRET};
use crate::stand::Stand;

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
    /// The stack that the product was first drawn for.
    Python,
}

/// A running side.
#[derive(Debug)]
pub struct Server {
    pub side: Side,
    pub address: SocketAddr,
    pub pid: u32,
    /// From its start to its first answer.
    pub started: Duration,
    /// What a client has to know of its data.
    pub known: Known,
    child: Child,
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Native => "native",
            Self::Component => "component",
            Self::Python => "python",
        })
    }
}

impl Server {
    /// Starts one of our sides over what it stands on, and waits until it answers.
    pub async fn start(side: Side, places: &Places, ground: &Ground, stand: &Stand) -> Result<Self> {
        let address = free_address()?;
        let mut command = command(side, places, &ground.run, stand, address)?;
        command.env_clear();
        if let Some(site) = &stand.site {
            site.tell(&mut command);
        }
        fs::write(ground.run.join("p2p.toml"), CONFIGURATION)?;
        let log = ground.run.join(format!("{}-{side}.log", stand.name));
        Self::spawn(side, command, address, &log, stand.known.clone()).await
    }

    /// Starts a command that listens there, and waits until it answers. Its environment is the caller's to clear.
    pub async fn spawn(
        side: Side,
        mut command: Command,
        address: SocketAddr,
        log: &Path,
        known: Known,
    ) -> Result<Self> {
        bound(&mut command, log)?;
        let begun = Instant::now();
        let mut child = command.spawn().with_context(|| format!("the {side} side cannot be started"))?;
        let pid = child.id().context("it ended at once")?;
        if let Err(error) = answers(&mut child, address).await {
            let said = fs::read_to_string(log).unwrap_or_default();
            bail!("the {side} side does not answer: {error:#}\n{said}");
        }
        Ok(Self { side, address, pid, started: begun.elapsed(), known, child })
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
        if !self.is_end(status) {
            bail!("the {} side stopped with {status}", self.side);
        }
        Ok(())
    }

    /// uvicorn ends well, and then by the signal that it was sent.
    fn is_end(&self, status: ExitStatus) -> bool {
        let by_signal = self.side == Side::Python && status.signal() == Some(Signal::TERM.as_raw());
        status.success() || by_signal
    }
}

/// The same bounds for all sides.
fn bound(command: &mut Command, log: &Path) -> Result<()> {
    let output = File::create(log)?;
    command
        .env("TOKIO_WORKER_THREADS", "1")
        .env("LOG_LEVEL", "warn")
        .env("SECRET_KEY", SECRET)
        .env("PUBLIC_URL", PUBLIC_URL)
        .current_dir(log.parent().context("a log lies in a folder")?)
        .stdin(Stdio::null())
        .stdout(output.try_clone()?)
        .stderr(output)
        .kill_on_drop(true);
    Ok(())
}

fn command(side: Side, places: &Places, run: &Path, stand: &Stand, address: SocketAddr) -> Result<Command> {
    let (data, address) = (stand.data(run), address.to_string());
    match side {
        Side::Native => {
            let mut command = Command::new(&places.own);
            command.arg("native").arg(data).arg(address).arg(&places.components.folder);
            if let Some(site) = &stand.site {
                command.args(["--tenant", site.tenant.as_str()]);
            }
            Ok(command)
        }
        Side::Component => {
            let mut command = Command::new(&places.server);
            command.args(["serve", "--listen", &address]).arg("--data").arg(data);
            let features = run.join("features");
            match &stand.site {
                None => command.arg("--features-dir").arg(features),
                Some(site) => {
                    let tenants = run.join(format!("{}.toml", stand.name));
                    site.write_tenants(&tenants, &places.components.installed(&features)?)?;
                    command.arg("--tenants").arg(tenants)
                }
            };
            Ok(command)
        }
        Side::Python => bail!("the yardstick starts it"),
    }
}

/// A port that nobody has at this moment.
pub fn free_address() -> Result<SocketAddr> {
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
