//! A PostgreSQL server for tests that stop it: the programs of the machine's own installation, data in a temporary folder.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const PASSWORD: &str = "of-tests";

/// See the module. Stopped when dropped.
pub struct OwnServer {
    folder: tempfile::TempDir,
    programs: PathBuf,
    port: u16,
}

impl OwnServer {
    /// Makes one and starts it.
    pub fn start() -> Self {
        let programs = programs();
        let folder = tempfile::Builder::new().prefix("p2p-pg").tempdir().unwrap();
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let server = Self { folder, programs, port };
        let secret = server.folder.path().join("password");
        std::fs::write(&secret, PASSWORD).unwrap();
        if is_root() {
            let mut own = Command::new("chown");
            assert!(
                own.args(["-R", "postgres:postgres"]).arg(server.folder.path()).status().unwrap().success()
            );
        }
        // Passwords are asked for: those of roles are tried on the way.
        let settings =
            ["-U", "app", "-A", "scram-sha-256", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8", "--pwfile"];
        let mut initdb = server.program("initdb");
        initdb.args(settings).arg(secret).arg("-D").arg(server.data());
        assert!(initdb.stdout(Stdio::null()).status().unwrap().success(), "initdb");
        server.up();
        server
    }

    pub fn url(&self) -> String {
        format!("postgres://app:{PASSWORD}@127.0.0.1:{}/postgres", self.port)
    }

    /// Starts it again.
    pub fn up(&self) {
        let options = format!(
            "-p {} -c listen_addresses=127.0.0.1 -c unix_socket_directories={} -c max_connections=100",
            self.port,
            self.folder.path().display()
        );
        let log = self.folder.path().join("log");
        let started =
            self.ctl().args(["-w", "-t", "60", "-o", &options, "-l"]).arg(log).arg("start").status();
        assert!(started.unwrap().success(), "pg_ctl start");
    }

    /// Stops it as a crash would.
    pub fn crash(&self) {
        assert!(
            self.ctl().args(["-m", "immediate", "-w", "stop"]).status().unwrap().success(),
            "pg_ctl stop"
        );
    }

    /// Lets every one of its processes stand still, or go on.
    pub fn signal(&self, name: &str) {
        let pid = std::fs::read_to_string(self.data().join("postmaster.pid")).unwrap();
        let pid = pid.lines().next().unwrap().to_owned();
        let children = Command::new("ps").args(["-o", "pid=", "--ppid", &pid]).output().unwrap();
        let children = String::from_utf8(children.stdout).unwrap();
        let all = std::iter::once(pid.as_str()).chain(children.split_whitespace());
        let mut kill = Command::new("kill");
        // One of them may have ended meanwhile.
        let _ = kill.arg(format!("-{name}")).args(all).stderr(Stdio::null()).status();
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn ctl(&self) -> Command {
        let mut ctl = self.program("pg_ctl");
        ctl.arg("-D").arg(self.data()).stdout(Stdio::null());
        ctl
    }

    /// PostgreSQL does not run as root.
    fn program(&self, name: &str) -> Command {
        let program = self.programs.join(name);
        if !is_root() {
            return Command::new(program);
        }
        let mut command = Command::new("setpriv");
        command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]).arg(program);
        command
    }
}

impl Drop for OwnServer {
    fn drop(&mut self) {
        self.signal("CONT");
        let _ = self.ctl().args(["-m", "immediate", "-w", "stop"]).stderr(Stdio::null()).status();
    }
}

fn is_root() -> bool {
    Path::new("/root").metadata().is_ok() && std::fs::read_dir("/root").is_ok()
}

/// Where Debian and others put them, newest first.
fn programs() -> PathBuf {
    let mut found: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .map(|versions| versions.flatten().map(|version| version.path().join("bin")).collect())
        .unwrap_or_default();
    found.extend(["/usr/local/bin", "/usr/bin"].map(PathBuf::from));
    found.retain(|folder| folder.join("pg_ctl").exists());
    found.sort();
    found.pop().expect("PostgreSQL's own programs are installed: run `cargo xtask services up`")
}
