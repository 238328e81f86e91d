//! Prints the manifest of the feature.

fn main() -> std::process::ExitCode {
    p2p_sdk::describe::main(&p2p_template::feature())
}
