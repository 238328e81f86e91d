//! The command line of the house: `cargo xtask <task>`. Reads arguments and hands on; no task's work
//! is done here.

mod arrows;
mod bench;
mod bootstrap;
mod components;
mod conformance;
mod contracts;
mod debian;
mod deny;
mod findings;
mod generate;
mod hooks;
mod process;
mod run;
mod semver;
mod services;
mod stamp;
mod test;
mod tidy;
mod toolchain;
mod tools;
mod workspace;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::workspace::Workspace;

/// Builds, checks and runs this project.
///
/// Two commands are enough to begin: `cargo xtask run` starts a backend on port 8000, `cargo xtask
/// test` runs every check and every test. Both prepare what they need, and both may be run again.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Prepare the wasm toolchain: the rustup target, or Debian's packages, or a sentence on what to type
    ///
    /// `P2P_WASM_TOOLCHAIN=installed` or `=debian` leaves no choice. A second run costs milliseconds.
    Bootstrap,
    /// Build every feature to `target/components/<name>.wasm`
    ///
    /// Fixtures of tests go to `target/components/fixtures/`, where a host that is given the folder does not
    /// look. What has not changed is not built again. A component may weigh 600 000 bytes, names aside.
    Components {
        /// Only the feature in the folder of this name; may be repeated
        #[arg(long, value_name = "NAME")]
        only: Vec<String>,
    },
    /// Build one feature that lives outside this repository, the same way
    Component {
        /// Folder of the crate
        path: PathBuf,
    },
    /// Write the files that are made from code (OpenAPI fragments)
    Generate {
        /// Write nothing; fail when a committed copy is out of date
        #[arg(long)]
        check: bool,
    },
    /// Build everything and start the backend on port 8000, with its data under ./data
    Run(RunArguments),
    /// Run every check and every test, cheap ones first; stops at the first failure
    ///
    /// Runs the real `cargo deny` where it is installed; `P2P_DENY=1` installs it, which takes minutes.
    Test {
        /// Checks and unit tests only: nothing that needs a built component
        #[arg(long)]
        quick: bool,
    },
    /// Install what only tests need: Python and npm packages, a browser; build the app that it shows
    ///
    /// `test` does it by itself. A second run costs milliseconds. Packages go to `target/tools` and
    /// `tests/e2e/node_modules`; the browser is Debian's, unless there is a Chromium already.
    Tools,
    /// PostgreSQL and a MongoDB stand-in for tests of stores, on loopback, without Docker
    ///
    /// `test` starts them by itself and lets them run. They are empty at every start. Where DATABASE_URL or
    /// MONGODB_URL is set, that server is used and none is started in its place. For a shell:
    /// `eval "$(cargo xtask services up | grep ^export)"`.
    Services {
        #[command(subcommand)]
        task: ServicesTask,
    },
    /// Which conformance suite passes with which driver of stores, as a table
    Conformance,
    /// House rules about files, names, contracts, migrations and manifests
    Tidy,
    /// Which crate may depend on which
    Arrows,
    /// Licences, banned crates, duplicate versions and sources of the dependencies, without network
    Deny,
    /// Compare the WIT contracts with the newest frozen copy: additions pass, changes fail
    Semver,
    /// The WIT contracts
    Wit {
        #[command(subcommand)]
        task: WitTask,
    },
    /// Run the benchmark (`tests/bench`); what follows goes to it, e.g. `--stores production`
    Bench {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Let git run the pre-commit checks of `.githooks`
    SetupHooks,
}

#[derive(Subcommand)]
enum WitTask {
    /// Copy the current contracts to `wit/released/<version>`; a frozen copy is never edited
    Freeze,
}

#[derive(Subcommand)]
enum ServicesTask {
    /// Start what does not run, installing what is missing; prints lines to export
    Up,
    /// Stop what runs
    Down,
    /// Say what runs
    Status,
}

#[derive(Args)]
struct RunArguments {
    /// Fill an empty store with organizations, users and topics in Arabic and English
    #[arg(long)]
    demo: bool,
    /// Given to `p2p serve` as they are
    #[arg(last = true)]
    arguments: Vec<String>,
}

fn main() -> ExitCode {
    match perform(Arguments::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn perform(task: Task) -> anyhow::Result<()> {
    let workspace = Workspace::load()?;
    match task {
        Task::Bootstrap => bootstrap::prepare(&workspace).map(|_| ()),
        Task::Components { only } => components::build(&workspace, &only),
        Task::Component { path } => components::build_foreign(&workspace, &path),
        Task::Generate { check: false } => generate::write(&workspace),
        Task::Generate { check: true } => generate::check(&workspace),
        Task::Run(given) => run::run(&workspace, given.demo, &given.arguments),
        Task::Test { quick } => test::test(&workspace, quick),
        Task::Tools => tools::prepare(&workspace),
        Task::Services { task: ServicesTask::Up } => services::up(&workspace),
        Task::Services { task: ServicesTask::Down } => services::down(&workspace),
        Task::Services { task: ServicesTask::Status } => services::status(&workspace),
        Task::Conformance => conformance::show(&workspace),
        Task::Tidy => tidy::check(&workspace),
        Task::Arrows => arrows::check(&workspace),
        Task::Deny => deny::check(&workspace),
        Task::Semver => semver::check(&workspace.root),
        Task::Wit { task: WitTask::Freeze } => semver::freeze(&workspace.root),
        Task::Bench { arguments } => bench::run(&workspace, &arguments),
        Task::SetupHooks => hooks::install(&workspace.root),
    }
}
