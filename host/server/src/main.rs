//! The program `p2p`: parses what was typed, runs it, and turns a failure into one sentence and an exit code.

use std::process::ExitCode;

use clap::Parser as _;
use mimalloc::MiMalloc;
use p2p_server::cli::Arguments;

/// Rendering text and moving rows make many small pieces of memory, which the system's allocator is slow at.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let threads = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let result =
        threads.map_err(anyhow::Error::from).and_then(|threads| threads.block_on(p2p_server::run(arguments)));
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("p2p: {error:#}");
            ExitCode::FAILURE
        }
    }
}
