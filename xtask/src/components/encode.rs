//! A core module becomes a component with its manifest inside. Touches no file.

use std::io::Write as _;

use anyhow::{Context, Result};
use flate2::Compression;
use flate2::write::GzEncoder;
use wasm_encoder::{ComponentSection, CustomSection};
use wit_component::ComponentEncoder;

use super::names;

/// The outermost custom section that holds the manifest; the host reads it before it runs anything.
pub const MANIFEST_SECTION: &str = "p2p:manifest";

/// Wraps the module by the world it carries, checks the result, and appends the manifest.
///
/// # Errors
/// When the module carries no world, or imports or exports something its world does not have.
pub fn component(module: &[u8], manifest: &str) -> Result<Vec<u8>> {
    let mut encoder = ComponentEncoder::default();
    let module = names::shortened(module)?;
    encoder.validate(true).module(&module).context("the core module cannot be read")?;
    let mut component = names::without_wiring(&encoder.encode()?)?;
    let section = CustomSection { name: MANIFEST_SECTION.into(), data: packed(manifest)?.into() };
    section.append_to_component(&mut component);
    Ok(component)
}

/// Most of a manifest is its OpenAPI fragment, which repeats itself. Without a time, so that the same sources make the
/// same bytes.
fn packed(manifest: &str) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(manifest.as_bytes())?;
    Ok(encoder.finish()?)
}

#[cfg(test)]
mod tests {
    use wasm_encoder::{EntityType, FunctionSection, ImportSection, Module, TypeSection};
    use wit_component::{StringEncoding, embed_component_metadata};
    use wit_parser::Resolve;

    use super::*;

    /// A module of a world without imports, importing `foreign` when told to.
    fn module(foreign: Option<&str>) -> Vec<u8> {
        let mut module = Module::new();
        if let Some(name) = foreign {
            let mut types = TypeSection::new();
            types.ty().function([], []);
            let mut imports = ImportSection::new();
            imports.import("env", name, EntityType::Function(0));
            module.section(&types).section(&imports).section(&FunctionSection::new());
        }
        let mut bytes = module.finish();
        let mut resolve = Resolve::default();
        let package = resolve.push_str("all.wit", "package p2p:x; world empty {}").unwrap();
        let world = resolve.select_world(&[package], None).unwrap();
        embed_component_metadata(&mut bytes, &resolve, world, StringEncoding::UTF8, false).unwrap();
        bytes
    }

    #[test]
    fn the_manifest_is_the_last_section_of_a_valid_component() {
        let component = component(&module(None), "{\"name\":\"x\"}").unwrap();
        wit_component::decode(&component).unwrap();
        let section = [MANIFEST_SECTION.as_bytes(), &packed("{\"name\":\"x\"}").unwrap()].concat();
        assert!(component.ends_with(&section));
        // Id 0, the length of the rest, the length of the name: a section of its own, not part of another.
        let header = [0, (section.len() + 1) as u8, MANIFEST_SECTION.len() as u8];
        assert!(component[..component.len() - section.len()].ends_with(&header));
    }

    #[test]
    fn an_import_outside_the_world_is_refused_by_name() {
        let error = format!("{:#}", component(&module(Some("abort")), "{}").unwrap_err());
        assert!(error.contains("env") && error.contains("abort"), "{error}");
    }

    #[test]
    fn what_is_no_module_is_refused() {
        assert!(component(b"ELF", "{}").is_err());
    }
}
