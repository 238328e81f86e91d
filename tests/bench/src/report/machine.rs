//! What the figures were measured on. Names no path and no host.

use std::fs;

use p2p_context::{Clock as _, SystemClock};

use crate::effort::Effort;
use crate::stand::StoreSet;

/// What `cargo xtask services` starts; a deployment has better ones, so that only the server's own time tells much.
const SERVICES: &str =
    "PostgreSQL and a stand-in for MongoDB (SecantusDB), both on the same machine and not synced";

/// See the module.
pub struct Machine {
    cores: usize,
    model: String,
    system: String,
    day: String,
}

impl Machine {
    /// Asks the system.
    pub fn read() -> Self {
        let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let model = cpu.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
        let system = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
        let now = SystemClock.now().to_rfc3339();
        Self {
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            model: model.map_or("unknown", |(_, model)| model.trim()).to_owned(),
            system: system.trim().to_owned(),
            day: now.split('T').next().unwrap_or_default().to_owned(),
        }
    }

    /// One paragraph.
    pub fn render(&self, effort: &Effort) -> String {
        let Effort { stores, rounds, load, connections, topics, .. } = effort;
        let (command, over) = match stores {
            StoreSet::Embedded => ("cargo xtask bench", "SQLite and files"),
            StoreSet::Production => ("cargo xtask bench --stores production", SERVICES),
        };
        format!(
            "{} {rounds} rounds of {} s by turns, {connections} connections, one worker thread, {topics} topics in {over}; \
             medians, and for ratios the median of the rounds' ratios.\n",
            self.begin(command),
            load.as_secs()
        )
    }

    /// The beginning of a paragraph: which command, when, on what.
    pub fn begin(&self, command: &str) -> String {
        let Self { cores, model, system, day } = self;
        format!("`{command}`, {day}: {cores} cores of {model}, Linux {system}.")
    }
}
