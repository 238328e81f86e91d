//! Reads a component without running or compiling it: its manifest, what it imports, what it exports.

use p2p_tenants::{Manifest, ManifestError};
use wasmparser::{Encoding, Parser, Payload};

/// The custom section that holds the manifest.
pub const MANIFEST_SECTION: &str = "p2p:manifest";

/// A component as its bytes describe it.
#[derive(Debug)]
pub struct Inspected {
    /// What it says of itself.
    pub manifest: Manifest,
    /// Full names of its imports, e.g. `p2p:platform/sql@0.1.0`.
    pub imports: Vec<String>,
    /// Full names of its exports.
    pub exports: Vec<String>,
}

/// Why the bytes could not be read.
#[derive(Debug, thiserror::Error)]
pub enum InspectError {
    /// Not WebAssembly, or cut off.
    #[error("not a WebAssembly component: {0}")]
    Malformed(String),
    /// A core module.
    #[error("a core module, not a component; build it with `cargo xtask component`")]
    CoreModule,
    /// The manifest is absent or wrong.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
}

/// Walks the sections of the outermost component.
pub fn inspect(bytes: &[u8]) -> Result<Inspected, InspectError> {
    let (mut manifest, mut imports, mut exports) = (None, Vec::new(), Vec::new());
    let mut depth = 0_u32;
    for payload in Parser::new(0).parse_all(bytes) {
        match payload.map_err(malformed)? {
            Payload::Version { encoding: Encoding::Module, .. } if depth == 0 => {
                return Err(InspectError::CoreModule);
            }
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            Payload::CustomSection(section) if section.name() == MANIFEST_SECTION => {
                manifest = Some(Manifest::parse(section.data())?);
            }
            Payload::ComponentImportSection(section) => {
                for import in section {
                    imports.push(import.map_err(malformed)?.name.0.to_owned());
                }
            }
            Payload::ComponentExportSection(section) => {
                for export in section {
                    exports.push(export.map_err(malformed)?.name.0.to_owned());
                }
            }
            _ => {}
        }
    }
    Ok(Inspected { manifest: manifest.ok_or(ManifestError::Absent)?, imports, exports })
}

fn malformed(error: wasmparser::BinaryReaderError) -> InspectError {
    InspectError::Malformed(error.to_string())
}
