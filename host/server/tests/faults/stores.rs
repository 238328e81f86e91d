//! The two stores of a test, and what befalls them.

use std::process::Command;
use std::time::{Duration, Instant};

use crate::mongo;
use crate::postgres::OwnServer;

/// One of them.
#[derive(Debug, Clone, Copy)]
pub enum Store {
    /// Tables and events.
    Postgres,
    /// Documents.
    Mongo,
}

/// What befalls it.
#[derive(Debug, Clone, Copy)]
pub enum Fault {
    /// SIGSTOP: every connection stays open, and nothing moves.
    StandsStill,
    /// SIGKILL: nothing is flushed.
    Dies,
}

/// Both, with data that outlives them.
pub struct OwnStores {
    pub postgres: OwnServer,
    pub mongo: mongo::Server,
}

impl OwnStores {
    /// Both run.
    pub fn start() -> Self {
        Self { postgres: OwnServer::start(), mongo: mongo::Server::start() }
    }

    /// From now on it serves nobody.
    pub fn lose(&mut self, store: Store, fault: Fault) {
        match (store, fault) {
            (Store::Postgres, Fault::StandsStill) => self.freeze_postgres(),
            (Store::Postgres, Fault::Dies) => self.kill_postgres(),
            (Store::Mongo, Fault::StandsStill) => self.freeze_mongo(),
            (Store::Mongo, Fault::Dies) => self.mongo.kill(),
        }
    }

    /// It serves again, over the same data.
    pub fn regain(&mut self, store: Store, fault: Fault) {
        match (store, fault) {
            (Store::Postgres, Fault::StandsStill) => self.postgres.signal("CONT"),
            (Store::Postgres, Fault::Dies) => self.postgres.up(),
            (Store::Mongo, Fault::StandsStill) => self.mongo.thaw(),
            (Store::Mongo, Fault::Dies) => self.mongo.begin(),
        }
    }

    fn freeze_mongo(&self) {
        self.mongo.freeze();
        until_still(&processes(&self.mongo.url()));
    }

    /// Twice: its first process may have made another one just before it stood still, and makes none afterwards.
    fn freeze_postgres(&self) {
        self.postgres.signal("STOP");
        self.postgres.signal("STOP");
        until_still(&processes(&self.postgres.url()));
    }

    /// Those that stand still make no process that the signal would miss.
    fn kill_postgres(&self) {
        self.freeze_postgres();
        let processes = processes(&self.postgres.url());
        self.postgres.signal("KILL");
        // A server does not start while one of the former lives.
        until(|| ps(&["-o", "pid=", "-p", &processes]).trim().is_empty());
    }
}

/// Those of the server at this address: the first is told by its port, the others by the first.
fn processes(url: &str) -> String {
    let port = url.rsplit_once(':').and_then(|(_, end)| end.split('/').next()).unwrap();
    let options = [format!(" -p {port} "), format!(" --port {port} ")];
    let all = ps(&["-eo", "pid=,args="]);
    let is_first = |line: &&str| options.iter().any(|option| line.contains(option));
    let first = all.lines().find(is_first).and_then(|line| line.split_whitespace().next()).unwrap();
    let children = ps(&["-o", "pid=", "--ppid", first]);
    std::iter::once(first).chain(children.split_whitespace()).collect::<Vec<_>>().join(",")
}

/// A signal is sent before it is taken: on a busy machine a thread may serve somebody in between.
fn until_still(processes: &str) {
    let is_still = |state: &str| state.starts_with('T') || state.starts_with('Z');
    until(|| ps(&["-L", "-o", "stat=", "-p", processes]).split_whitespace().all(is_still));
}

fn until(is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_secs(30), "a signal is not taken");
    }
}

fn ps(arguments: &[&str]) -> String {
    String::from_utf8(Command::new("ps").args(arguments).output().unwrap().stdout).unwrap()
}
