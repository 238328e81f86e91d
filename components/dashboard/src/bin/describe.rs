//! Prints the manifest of the feature. Serves nothing.

fn main() {
    p2p_sdk::describe::main(&p2p_dashboard::feature());
}
