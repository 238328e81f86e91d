//! Which suite passes with which driver, as a table. Runs the conformance tests of the storage room; says nothing of
//! their failures but where they are.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Stdio;

use anyhow::{Context, Result, bail};

use crate::workspace::{Package, Workspace};
use crate::{process, services};

const ROOM: &str = "p2p-storage";
/// Where each of its test programs keeps its suites.
const MODULE: &str = "conformance::";

/// Outcomes by suite, then by driver.
type Outcomes = BTreeMap<String, BTreeMap<String, bool>>;

/// Runs every suite with every driver and prints the table.
///
/// # Errors
/// When a suite fails, or the tests cannot be built or run.
pub fn show(workspace: &Workspace) -> Result<()> {
    let servers = services::ready(workspace)?;
    let room = workspace.packages.iter().find(|package| package.name == ROOM).context(ROOM)?;
    let mut outcomes = Outcomes::new();
    for driver in drivers(room) {
        let mut command = workspace.cargo();
        command.envs(servers.iter().map(|(variable, url)| (variable, url)));
        command.args(["test", "--package", ROOM, "--test", driver]);
        command.args(["--", MODULE]);
        println!("   $ {}", process::line(&command));
        let output = command
            .stdin(Stdio::null())
            .stderr(Stdio::inherit())
            .output()
            .context("cargo could not be started")?;
        read(driver, &String::from_utf8_lossy(&output.stdout), &mut outcomes);
    }
    print!("{}", table(&outcomes));
    if outcomes.is_empty() || outcomes.values().flat_map(BTreeMap::values).any(|passed| !passed) {
        bail!("not every driver conforms; `cargo test -p {ROOM} {MODULE}` tells why");
    }
    Ok(())
}

/// The test programs that have suites.
fn drivers(room: &Package) -> impl Iterator<Item = &str> {
    let tests = room.folder().join("tests");
    let names = room.targets.iter().map(|target| target.name.as_str());
    names.filter(move |name| tests.join(name).join("conformance.rs").is_file())
}

/// Lines like `test conformance::the_outbox_conforms ... ok`.
fn read(driver: &str, printed: &str, outcomes: &mut Outcomes) {
    let results = printed
        .lines()
        .filter_map(|line| line.strip_prefix("test ")?.strip_prefix(MODULE)?.split_once(" ... "));
    for (test, result) in results {
        let suite = test.strip_suffix("_conforms").or_else(|| test.strip_suffix("_conform"));
        let Some(suite) = suite else { continue };
        let suite = suite.trim_start_matches("the_").replace('_', " ");
        outcomes.entry(suite).or_default().insert(driver.to_owned(), result == "ok");
    }
}

fn table(outcomes: &Outcomes) -> String {
    let drivers: BTreeSet<&String> = outcomes.values().flat_map(BTreeMap::keys).collect();
    let cell = |text: &str| format!(" {text:<12}|");
    let mut table =
        format!("|{}{}\n", cell("suite"), drivers.iter().map(|driver| cell(driver)).collect::<String>());
    table.push_str(&format!("|{}\n", "-------------|".repeat(drivers.len() + 1)));
    for (suite, by_driver) in outcomes {
        let word = |driver: &&String| match by_driver.get(*driver) {
            Some(true) => cell("passes"),
            Some(false) => cell("FAILS"),
            None => cell("–"),
        };
        table.push_str(&format!("|{}{}\n", cell(suite), drivers.iter().map(word).collect::<String>()));
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_tests_print_becomes_a_table() {
        let mut outcomes = Outcomes::new();
        let printed = "running 2 tests\ntest conformance::the_outbox_conforms ... ok\ntest conformance::sql_conforms ... FAILED\ntest conformance::more ... ok\ntest hostile::x ... ok\n";
        read("embedded", printed, &mut outcomes);
        read("mongo", "test conformance::documents_conform ... ok\n", &mut outcomes);
        let table = table(&outcomes);
        let rows: Vec<Vec<&str>> = table.lines().map(|row| row.split('|').map(str::trim).collect()).collect();
        assert_eq!(rows[0], ["", "suite", "embedded", "mongo", ""]);
        assert_eq!(rows[2], ["", "documents", "–", "passes", ""]);
        assert_eq!(rows[3], ["", "outbox", "passes", "–", ""]);
        assert_eq!(rows[4], ["", "sql", "FAILS", "–", ""]);
    }
}
