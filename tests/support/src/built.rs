//! Components that `cargo xtask components` has built, and programs that `cargo xtask tools` has installed.

use std::path::{Path, PathBuf};

/// The folder of built components.
pub fn folder() -> PathBuf {
    target().join("components")
}

fn target() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(target) => PathBuf::from(target),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target"),
    }
}

/// A program that `cargo xtask tools` has installed. Stops the test with what to do when it is not there.
#[expect(clippy::panic, reason = "a test without its peer cannot say anything")]
pub fn tool(name: &str) -> PathBuf {
    let program = target().join("tools/bin").join(name);
    if !program.exists() {
        panic!("{name} is not installed: run `cargo xtask tools`");
    }
    program
}

/// The Python that has the packages of `tests/tools/requirements.txt`.
#[expect(clippy::panic, reason = "a test without its peer cannot say anything")]
pub fn python() -> PathBuf {
    let program = target().join("tools/python/bin/python");
    if !program.exists() {
        panic!("Python and its packages are not installed: run `cargo xtask tools`");
    }
    program
}

/// The file of a built feature or fixture. Stops the test with what to do when it is not there.
#[expect(clippy::panic, reason = "a test without its component cannot say anything")]
pub fn component(name: &str) -> PathBuf {
    let file = format!("{name}.wasm");
    let places = [folder().join(&file), folder().join("fixtures").join(&file)];
    match places.into_iter().find(|place| place.exists()) {
        Some(place) => place,
        None => panic!("{file} is not built: run `cargo xtask components`"),
    }
}
