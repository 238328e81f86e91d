//! One server in the background: begun with its words in a file, known by its process id and its port, ended by it.

use std::fs::{self, File};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::process;

/// How long a start or an end may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// A server that is told its port.
pub struct Daemon {
    /// Its name for people.
    pub name: &'static str,
    /// Where it keeps everything.
    pub folder: PathBuf,
    /// Its port on loopback.
    pub port: u16,
    /// A word of its command line, by which a process is known as this one.
    pub mark: &'static str,
    /// The file with its process id in the first line.
    pub pid_file: PathBuf,
}

impl Daemon {
    /// Whether it runs and takes connections.
    pub fn runs(&self) -> bool {
        self.pid().is_some() && self.answers()
    }

    /// Begins it and waits until it takes connections.
    ///
    /// # Errors
    /// When its port is taken, or it ends or stays silent; with its last words.
    pub fn start(&self, command: &mut Command) -> Result<()> {
        self.check_port()?;
        println!("   $ {}", process::line(command));
        let log = self.folder.join("log");
        let words = File::create(&log).with_context(|| log.display().to_string())?;
        command.stdin(Stdio::null()).stdout(words.try_clone()?).stderr(words);
        apart(command);
        let child = command.spawn().with_context(|| format!("{} could not be started", self.name))?;
        fs::write(&self.pid_file, child.id().to_string())?;
        self.wait(child).with_context(|| {
            let said = fs::read_to_string(&log).unwrap_or_default();
            format!("{} did not start: {}", self.name, said.lines().last().unwrap_or("it said nothing"))
        })
    }

    /// Refuses to begin where someone else answers.
    ///
    /// # Errors
    /// When the port is taken.
    pub fn check_port(&self) -> Result<()> {
        if self.answers() {
            bail!("port {} for {} is in use by another program: stop it", self.port, self.name);
        }
        Ok(())
    }

    /// Ends it, if it runs.
    ///
    /// # Errors
    /// When it does not end in time.
    pub fn stop(&self) -> Result<()> {
        let Some(pid) = self.pid() else { return Ok(()) };
        println!("   stopping {}", self.name);
        // PostgreSQL waits for its clients when it is asked by another signal.
        process::run(Command::new("kill").args(["-INT", &pid.to_string()]))?;
        let begun = Instant::now();
        while self.pid().is_some() {
            if begun.elapsed() > PATIENCE {
                bail!("{} (process {pid}) does not end", self.name);
            }
            pause();
        }
        Ok(())
    }

    /// The process, if it is there and ours: a number in a file may long be another's.
    fn pid(&self) -> Option<u32> {
        let text = fs::read_to_string(&self.pid_file).ok()?;
        let pid: u32 = text.lines().next()?.trim().parse().ok()?;
        let mut look = Command::new("ps");
        look.args(["-o", "stat=,args=", "-p", &pid.to_string()]).stdin(Stdio::null());
        let shown = String::from_utf8_lossy(&look.output().ok()?.stdout).into_owned();
        (shown.contains(self.mark) && !shown.starts_with('Z')).then_some(pid)
    }

    fn answers(&self) -> bool {
        let address = SocketAddr::from(([127, 0, 0, 1], self.port));
        TcpStream::connect_timeout(&address, Duration::from_secs(2)).is_ok()
    }

    fn wait(&self, mut child: Child) -> Result<()> {
        let begun = Instant::now();
        while !self.answers() {
            if let Some(status) = child.try_wait()? {
                bail!("it ended ({status})");
            }
            if begun.elapsed() > PATIENCE {
                child.kill()?;
                bail!("port {} stayed shut for {} s", self.port, PATIENCE.as_secs());
            }
            pause();
        }
        Ok(())
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this program waits for other programs and has nothing else to do"
)]
fn pause() {
    std::thread::sleep(Duration::from_millis(50));
}

/// Out of reach of a Ctrl-C that is meant for us.
#[cfg(unix)]
fn apart(command: &mut Command) {
    use std::os::unix::process::CommandExt as _;
    command.process_group(0);
}

#[cfg(not(unix))]
fn apart(_: &mut Command) {}

#[cfg(test)]
mod tests {
    use super::*;

    fn sleeper(folder: &std::path::Path, mark: &'static str) -> Daemon {
        let pid_file = folder.join("pid");
        Daemon { name: "sleeper", folder: folder.to_owned(), port: 1, mark, pid_file }
    }

    #[test]
    fn a_number_of_another_process_is_nobody() {
        let folder = tempfile::tempdir().unwrap();
        let mut child = Command::new("sleep").arg("600").spawn().unwrap();
        fs::write(folder.path().join("pid"), format!("{}\nmore\n", child.id())).unwrap();
        assert_eq!(sleeper(folder.path(), "sleep 600").pid(), Some(child.id()));
        assert_eq!(sleeper(folder.path(), "postgres").pid(), None);
        child.kill().unwrap();
        assert_eq!(
            sleeper(folder.path(), "sleep").pid(),
            None,
            "dead, though nobody has asked for its end yet"
        );
        child.wait().unwrap();
    }

    #[test]
    fn a_server_that_ends_says_its_last_words() {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new("sh");
        command.args(["-c", "echo no space left; exit 3"]);
        let error = format!("{:#}", sleeper(folder.path(), "sh").start(&mut command).unwrap_err());
        assert!(error.contains("no space left"), "{error}");
    }
}
