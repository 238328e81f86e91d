//! Every check and every test, cheap ones first. Says each step's name and time, stops at the first
//! failure, and adds nothing to what the steps themselves print.

use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result};

use crate::workspace::Workspace;
use crate::{arrows, components, deny, generate, process, semver, services, tidy, tools};

/// Those that run a second time, on production stores.
const HOST_TESTS: &str = "package(p2p-host-tests)";
/// Set to install the real `cargo deny` when it is missing; that takes minutes.
const INSTALL_DENY: &str = "P2P_DENY";

/// Runs them. `quick` leaves out what needs a built component.
///
/// # Errors
/// At the first step that fails, naming it.
pub fn test(workspace: &Workspace, quick: bool) -> Result<()> {
    let begun = Instant::now();
    step("fmt", || process::run(&mut fmt(workspace)).context("type `cargo fmt --all`"))?;
    step("tidy", || tidy::check(workspace))?;
    step("arrows", || arrows::check(workspace))?;
    step("semver", || semver::check(&workspace.root))?;
    step("deny", || denied(workspace))?;
    step("generate --check", || generate::check(workspace))?;
    step("clippy", || process::run(&mut clippy(workspace)))?;
    if quick {
        step("unit tests", || process::run(&mut tests(workspace, &["--lib", "--bins"], &[])))?;
    } else {
        step("tools", || tools::prepare(workspace))?;
        let servers = step("services", || services::ready(workspace))?;
        step("components", || components::build(workspace, &[]))?;
        step("doc tests", || {
            process::run(workspace.cargo().args(["test", "--quiet", "--workspace", "--doc"]))
        })?;
        step("host tests on production stores", || {
            process::run(host_tests(workspace, &servers).env("P2P_TEST_STORES", "production"))
        })?;
        // Last, so that what they count is what a reader of the output sees at its end.
        step("tests", || process::run(&mut tests(workspace, &[], &servers)))?;
    }
    println!("── all well after {:.0} s", begun.elapsed().as_secs_f64());
    Ok(())
}

fn step<T>(name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    println!("── {name}");
    let begun = Instant::now();
    let made = work().with_context(|| format!("step `{name}`"))?;
    println!("   {name}: {:.1} s", begun.elapsed().as_secs_f64());
    Ok(made)
}

fn fmt(workspace: &Workspace) -> Command {
    let mut command = workspace.cargo();
    command.args(["fmt", "--all", "--check", "--", "--files-with-diff"]);
    command
}

fn clippy(workspace: &Workspace) -> Command {
    let mut command = workspace.cargo();
    command.args(["clippy", "--quiet", "--workspace", "--all-targets", "--", "--deny", "warnings"]);
    command
}

/// With nextest where it is installed, else with cargo's own runner. The servers are told to the tests by their
/// variables.
fn tests(workspace: &Workspace, which: &[&str], servers: &[(&str, String)]) -> Command {
    let mut command = workspace.cargo();
    command.envs(servers.iter().map(|(variable, url)| (variable, url)));
    if process::on_path("cargo-nextest") {
        command.args(["nextest", "run", "--workspace"]);
    } else {
        command.args(["test", "--workspace"]);
        if which.is_empty() {
            command.arg("--all-targets");
        }
    }
    command.args(which);
    command
}

/// The tests of the whole host. Chosen among what the workspace is built to: built alone, they would have other cargo
/// features, and everything would be built once more. One stays out: eight guests that spin leave the test's only thread so
/// little that drivers which talk to services, in many small steps, come too late; docs/adr/0016 tells of one.
fn host_tests(workspace: &Workspace, servers: &[(&str, String)]) -> Command {
    if process::on_path("cargo-nextest") {
        return tests(workspace, &["--filterset", HOST_TESTS], servers);
    }
    let mut command = workspace.cargo();
    command.envs(servers.iter().map(|(variable, url)| (variable, url)));
    command.args(["test", "--package", "p2p-host-tests", "--", "--skip", "a_subscriber_that_is_stuck"]);
    command
}

/// The real program where it is installed or asked for; advisories need the network and stay with the forge.
fn denied(workspace: &Workspace) -> Result<()> {
    let asked = std::env::var_os(INSTALL_DENY).is_some();
    if asked && !process::on_path("cargo-deny") {
        process::run(workspace.cargo().args(["install", "--locked", "cargo-deny"]))?;
    }
    if asked || process::on_path("cargo-deny") {
        let mut command = workspace.cargo();
        command.args(["deny", "--all-features", "check", "bans", "licenses", "sources"]);
        return process::run(&mut command);
    }
    deny::check(workspace)
}
