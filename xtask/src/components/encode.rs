//! A core module becomes a component with its manifest inside. Touches no file.

use anyhow::{Context, Result};
use wasm_encoder::{ComponentSection, CustomSection};
use wit_component::ComponentEncoder;

/// The outermost custom section that holds the manifest; the host reads it before it runs anything.
pub const MANIFEST_SECTION: &str = "p2p:manifest";

/// Wraps the module by the world it carries, checks the result, and appends the manifest.
///
/// # Errors
/// When the module carries no world, or imports or exports something its world does not have.
pub fn component(module: &[u8], manifest: &str) -> Result<Vec<u8>> {
    let mut encoder = ComponentEncoder::default();
    encoder.validate(true).module(module).context("the core module cannot be read")?;
    let mut component = encoder.encode()?;
    let section = CustomSection { name: MANIFEST_SECTION.into(), data: manifest.as_bytes().into() };
    section.append_to_component(&mut component);
    Ok(component)
}
