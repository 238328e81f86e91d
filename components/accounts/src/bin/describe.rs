//! Prints the manifest of the feature, made from the same types as its answers. Serves nothing.

use std::process::ExitCode;

fn main() -> ExitCode {
    p2p_sdk::describe::main(&p2p_accounts::feature())
}
