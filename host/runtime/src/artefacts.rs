//! Compiled components on disk: made by this host only, named by component digest and everything that decides how
//! the engine compiles. Never loads a file it did not name itself.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};

use p2p_tenants::Digest;
use wasmtime::Engine;
use wasmtime::component::Component;

/// A folder of compiled components.
#[derive(Debug)]
pub struct Artefacts {
    folder: PathBuf,
}

impl Artefacts {
    /// Uses this folder, made on the first write with rights for its owner only.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// The compiled component, from disk when it was compiled before.
    pub fn load(&self, engine: &Engine, digest: &Digest, bytes: &[u8]) -> wasmtime::Result<Component> {
        let path = self.folder.join(file_name(engine, digest));
        if let Some(component) = deserialize(engine, &path) {
            return Ok(component);
        }
        let component = Component::from_binary(engine, bytes)?;
        match component.serialize() {
            Ok(artefact) => self.keep(&path, &artefact),
            Err(error) => tracing::warn!(%error, %digest, "compiled component cannot be kept"),
        }
        Ok(component)
    }

    fn keep(&self, path: &Path, artefact: &[u8]) {
        // A cache: failing to write costs the next start a compile, nothing else.
        if let Err(error) = write_atomically(&self.folder, path, artefact) {
            tracing::warn!(%error, path = %path.display(), "compiled component not kept");
        }
    }
}

fn file_name(engine: &Engine, digest: &Digest) -> String {
    let mut hasher = DefaultHasher::new();
    engine.precompile_compatibility_hash().hash(&mut hasher);
    format!("{digest}-{:016x}.cwasm", hasher.finish())
}

#[expect(unsafe_code, reason = "an artefact is machine code; the folder belongs to this host alone")]
fn deserialize(engine: &Engine, path: &Path) -> Option<Component> {
    if !path.exists() {
        return None;
    }
    // SAFETY: files in this folder are written by `keep` only, whole or not at all, and the folder is readable and
    // writable by the host's user alone. Wasmtime refuses artefacts of another version or configuration.
    match unsafe { Component::deserialize_file(engine, path) } {
        Ok(component) => Some(component),
        Err(error) => {
            tracing::warn!(%error, path = %path.display(), "compiled component refused; compiling again");
            None
        }
    }
}

fn write_atomically(folder: &Path, path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let draft = path.with_extension(format!("{}.draft", std::process::id()));
    std::fs::write(&draft, bytes)?;
    std::fs::rename(&draft, path)
}
