//! Reads a component without running or compiling it: its manifest, what it imports, what it exports.

use std::borrow::Cow;
use std::io::Read as _;

use flate2::read::GzDecoder;
use p2p_tenants::{Manifest, ManifestError};
use wasmparser::{Encoding, Parser, Payload};

/// The custom section that holds the manifest.
pub const MANIFEST_SECTION: &str = "p2p:manifest";

/// A manifest is written by whoever wrote the component; more than this is no manifest, bytes.
const MANIFEST_MAX: u64 = 4 << 20;
/// How gzip begins. JSON cannot.
const GZIP: [u8; 2] = [0x1f, 0x8b];

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
                manifest = Some(Manifest::parse(&unpacked(section.data())?)?);
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

/// The JSON of a manifest section, which may be compressed.
fn unpacked(data: &[u8]) -> Result<Cow<'_, [u8]>, ManifestError> {
    if !data.starts_with(&GZIP) {
        return Ok(Cow::Borrowed(data));
    }
    let mut json = Vec::new();
    let read = GzDecoder::new(data).take(MANIFEST_MAX + 1).read_to_end(&mut json);
    read.map_err(|error| ManifestError::Malformed(error.to_string()))?;
    if json.len() as u64 > MANIFEST_MAX {
        return Err(ManifestError::Malformed(format!("it has more than {MANIFEST_MAX} bytes")));
    }
    Ok(Cow::Owned(json))
}

fn malformed(error: wasmparser::BinaryReaderError) -> InspectError {
    InspectError::Malformed(error.to_string())
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn packed(json: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(json).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn a_manifest_reads_the_same_plain_and_packed() {
        let json = br#"{"name":"notes"}"#;
        assert_eq!(unpacked(json).unwrap(), unpacked(&packed(json)).unwrap());
    }

    #[test]
    fn what_swells_or_is_cut_off_is_no_manifest() {
        let bomb = packed(&vec![b' '; 5 << 20]);
        assert!(bomb.len() < 10_000);
        assert!(unpacked(&bomb).unwrap_err().to_string().contains("more than 4194304 bytes"));
        let whole = packed(br#"{"name":"notes"}"#);
        assert!(matches!(unpacked(&whole[..whole.len() - 6]), Err(ManifestError::Malformed(_))));
    }
}
