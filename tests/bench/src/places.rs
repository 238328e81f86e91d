//! Where built things lie and where the benchmark keeps its own. Builds nothing.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use p2p_context::FeatureName;
use p2p_tenants::{Digest, Manifest};

/// Both sides are given this secret and this address, so that a session of one is a session of the other.
pub const SECRET: &str = "of the benchmark, known to everybody";
/// See `SECRET`.
pub const PUBLIC_URL: &str = "http://localhost:8000";

/// The features of the server that is measured against the twin: some of the product's, one that does next to nothing, one that traps.
const PRODUCTS: [&str; 2] = ["accounts", "forums"];
const FIXTURES: [&str; 2] = ["measured", "hostile"];

/// See the module.
#[derive(Debug)]
pub struct Places {
    /// This program.
    pub own: PathBuf,
    /// The server.
    pub server: PathBuf,
    /// Built components.
    pub components: Components,
    /// Everything that the benchmark keeps.
    pub bench: PathBuf,
    /// Python with what the yardstick needs.
    pub python: PathBuf,
}

/// The folder of built components.
#[derive(Debug, Clone)]
pub struct Components {
    pub folder: PathBuf,
}

impl Places {
    pub fn find() -> Result<Self> {
        let own = std::env::current_exe()?;
        let built = own.parent().context("this program lies nowhere")?;
        let server = built.join("p2p");
        if !server.is_file() {
            bail!("the server was not built: run `cargo xtask bench`, which builds it first");
        }
        let target = built.parent().context("this program lies nowhere")?;
        let bench = target.join("bench");
        fs::create_dir_all(&bench)?;
        let components = Components::new(target.join("components"));
        let python = target.join("tools/fastapi/bin/python");
        Ok(Self { server, components, bench, python, own: own.clone() })
    }

    /// The folder of this run, emptied.
    pub fn fresh_run(&self) -> Result<PathBuf> {
        let run = self.bench.join("run");
        if run.exists() {
            fs::remove_dir_all(&run)?;
        }
        fs::create_dir_all(&run)?;
        Ok(run)
    }
}

impl Components {
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// The file of a component.
    pub fn file(&self, name: &str) -> Result<PathBuf> {
        let folder =
            if FIXTURES.contains(&name) { self.folder.join("fixtures") } else { self.folder.clone() };
        let file = folder.join(format!("{name}.wasm"));
        if !file.is_file() {
            bail!("the component {name} was not built: run `cargo xtask components`");
        }
        Ok(file)
    }

    /// What a component says of itself, and the digest of its bytes.
    pub fn read(&self, name: &str) -> Result<(Manifest, Digest)> {
        let file = self.file(name)?;
        let bytes = fs::read(&file)?;
        let inspected = p2p_runtime::inspect(&bytes).with_context(|| format!("{name} is no feature"))?;
        Ok((inspected.manifest, Digest::of(&bytes)))
    }

    /// The components in a folder that was filled with all, by the names that their manifests give.
    pub fn installed(&self, folder: &Path) -> Result<Vec<(FeatureName, PathBuf)>> {
        let all = PRODUCTS.into_iter().chain(FIXTURES);
        all.map(|name| Ok((self.read(name)?.0.name, folder.join(format!("{name}.wasm"))))).collect()
    }

    /// The files of the measured server's components.
    pub fn measured(&self) -> Result<Vec<PathBuf>> {
        PRODUCTS.into_iter().chain(FIXTURES).map(|name| self.file(name)).collect()
    }

    /// The files of all components that the product has, in the order of their names.
    pub fn product(&self) -> Result<Vec<PathBuf>> {
        let folder =
            fs::read_dir(&self.folder).context("no component was built: run `cargo xtask components`")?;
        let mut files = Vec::new();
        for entry in folder {
            let file = entry?.path();
            if file.extension().is_some_and(|extension| extension == "wasm") {
                files.push(file);
            }
        }
        files.sort();
        Ok(files)
    }
}
