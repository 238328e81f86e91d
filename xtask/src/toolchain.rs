//! Which compiler can build for wasm32-unknown-unknown, found by looking at files. Installs nothing.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use crate::process;
use crate::workspace::{Workspace, cargo};

/// The one target of every component.
pub const TARGET: &str = "wasm32-unknown-unknown";
/// Debian's packages that hold a compiler, the source of std and a wasm linker.
pub const DEBIAN_PACKAGES: [&str; 4] = ["rustc-web", "cargo-web", "rust-web-src", "lld-19"];

const CHOICE: &str = "P2P_WASM_TOOLCHAIN";
const LINKER: &str = "usr/bin/wasm-ld-19";
/// The first minor version of Rust 1 that takes the 2024 edition as this workspace writes it.
const OLDEST_MINOR: u32 = 95;
/// Meant for the host's build; a guest is built by another compiler for another machine.
const FOREIGN_VARIABLES: [&str; 10] = [
    "CARGO",
    "CARGO_BUILD_TARGET",
    "CARGO_ENCODED_RUSTFLAGS",
    "LD_LIBRARY_PATH",
    "RUSTC",
    "RUSTC_WORKSPACE_WRAPPER",
    "RUSTDOC",
    "RUSTFLAGS",
    "RUSTUP_TOOLCHAIN",
    "RUST_TARGET_PATH",
];

/// A compiler that can do it.
#[derive(Debug, PartialEq, Eq)]
pub enum Toolchain {
    /// The compiler in use has the target installed: the normal way.
    Installed,
    /// Debian's compiler under this root, which builds std for the target itself.
    Debian(PathBuf),
}

/// Looks for one; costs some milliseconds. `P2P_WASM_TOOLCHAIN=installed` or `debian` leaves no choice.
///
/// # Errors
/// When that variable says something else.
pub fn detect() -> Result<Option<Toolchain>> {
    let debian = || debian(Path::new("/"));
    match std::env::var(CHOICE).as_deref() {
        Err(_) => Ok(installed(&sysroot()?).or_else(debian)),
        Ok("installed") => Ok(installed(&sysroot()?)),
        Ok("debian") => Ok(debian()),
        Ok(other) => bail!("{CHOICE} is `{other}`; it may be `installed` or `debian`"),
    }
}

impl Toolchain {
    /// Said to people.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Installed => "the installed target wasm32-unknown-unknown",
            Self::Debian(_) => "Debian's compiler, which builds std for wasm32-unknown-unknown itself",
        }
    }

    /// `cargo rustc` for one package of a workspace: its library as a core module.
    pub fn core_module(&self, workspace: &Workspace, package: &str) -> Command {
        let mut command = self.cargo();
        command.current_dir(&workspace.root);
        command.env("CARGO_TARGET_DIR", target_folder(workspace));
        command.env("CARGO_ENCODED_RUSTFLAGS", flags(&workspace.root));
        command.args(["rustc", "--package", package, "--lib", "--crate-type", "cdylib"]);
        command.args(["--profile", "component", "--features", "component", "--target", TARGET]);
        if matches!(self, Self::Debian(_)) {
            command.arg("-Zbuild-std=std,panic_abort");
        }
        command
    }

    fn cargo(&self) -> Command {
        let mut command = match self {
            Self::Installed => Command::new(cargo()),
            Self::Debian(root) => Command::new(root.join("usr/bin/cargo")),
        };
        for name in FOREIGN_VARIABLES {
            // The compiler in use is what rustup chose for the workspace; keep that choice.
            if !(name == "RUSTUP_TOOLCHAIN" && *self == Self::Installed) {
                command.env_remove(name);
            }
        }
        if let Self::Debian(root) = self {
            command.env("RUSTC", root.join("usr/bin/rustc"));
            // Debian ships a released compiler; building std is what it needs the permission for.
            command.env("RUSTC_BOOTSTRAP", "1");
            command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", root.join(LINKER));
        }
        command
    }
}

/// Where the core module of a library is written.
pub fn module_path(workspace: &Workspace, library: &str) -> PathBuf {
    target_folder(workspace).join(TARGET).join("component").join(format!("{library}.wasm"))
}

/// Apart from the host's: two compilers must not throw away each other's work.
fn target_folder(workspace: &Workspace) -> PathBuf {
    workspace.target.join("wasm")
}

/// Guests use wide registers, which every engine has by now. A component says nothing of the folders it was built in, so
/// that its digest is the same elsewhere.
fn flags(root: &Path) -> String {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| std::env::var_os("HOME").map(|home| Path::new(&home).join(".cargo")));
    let mut flags = vec!["-Ctarget-feature=+simd128".to_owned()];
    flags.push(format!("--remap-path-prefix={}=", root.display()));
    flags.extend(home.map(|home| format!("--remap-path-prefix={}=cargo", home.display())));
    flags.join("\u{1f}")
}

fn sysroot() -> Result<PathBuf> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let printed = process::capture(Command::new(rustc).args(["--print", "sysroot"]))?;
    Ok(PathBuf::from(printed.trim()))
}

fn installed(sysroot: &Path) -> Option<Toolchain> {
    sysroot.join("lib/rustlib").join(TARGET).join("lib").is_dir().then_some(Toolchain::Installed)
}

fn debian(root: &Path) -> Option<Toolchain> {
    let needed = ["usr/bin/cargo", "usr/bin/rustc", LINKER, "usr/lib/rustlib/src/rust/library/Cargo.lock"];
    let complete = needed.iter().all(|file| root.join(file).is_file());
    (complete && new_enough(&root.join("usr/bin/rustc"))).then(|| Toolchain::Debian(root.to_owned()))
}

fn new_enough(rustc: &Path) -> bool {
    let printed = process::capture(Command::new(rustc).arg("--version")).unwrap_or_default();
    minor_version(&printed).is_some_and(|minor| minor >= OLDEST_MINOR)
}

fn minor_version(printed: &str) -> Option<u32> {
    let version = printed.strip_prefix("rustc 1.")?;
    version.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn the_installed_target_is_seen_by_its_folder() {
        let sysroot = tempfile::tempdir().unwrap();
        assert_eq!(installed(sysroot.path()), None);
        fs::create_dir_all(sysroot.path().join("lib/rustlib/wasm32-unknown-unknown/lib")).unwrap();
        assert_eq!(installed(sysroot.path()), Some(Toolchain::Installed));
    }

    #[test]
    fn debian_needs_all_its_files_and_a_recent_compiler() {
        let root = tempfile::tempdir().unwrap();
        let compiler = |version: &str| {
            let rustc = root.path().join("usr/bin/rustc");
            fs::write(&rustc, format!("#!/bin/sh\necho 'rustc {version} (built from a source tarball)'\n"))
                .unwrap();
            fs::set_permissions(&rustc, fs::Permissions::from_mode(0o755)).unwrap();
        };
        for folder in ["usr/bin", "usr/lib/rustlib/src/rust/library"] {
            fs::create_dir_all(root.path().join(folder)).unwrap();
        }
        for file in ["usr/bin/cargo", LINKER] {
            fs::write(root.path().join(file), "").unwrap();
        }
        compiler("1.96.0");
        assert_eq!(debian(root.path()), None, "the source of std is missing");
        fs::write(root.path().join("usr/lib/rustlib/src/rust/library/Cargo.lock"), "").unwrap();
        assert_eq!(debian(root.path()), Some(Toolchain::Debian(root.path().to_owned())));
        compiler("1.63.0");
        assert_eq!(debian(root.path()), None, "too old");
    }

    #[test]
    fn versions_are_read_from_what_the_compiler_prints() {
        assert_eq!(minor_version("rustc 1.96.0 (ac68faa20 2026-05-25)"), Some(96));
        assert_eq!(minor_version("gcc 12"), None);
    }

    #[test]
    fn the_fallback_leaves_the_outer_toolchain_behind() {
        let command = Toolchain::Debian(PathBuf::from("/")).cargo();
        let changed: Vec<_> = command.get_envs().collect();
        assert!(changed.contains(&("RUSTUP_TOOLCHAIN".as_ref(), None)));
        assert!(changed.contains(&("RUSTC_BOOTSTRAP".as_ref(), Some("1".as_ref()))));
    }
}
