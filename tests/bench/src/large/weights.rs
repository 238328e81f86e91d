//! What the product's components weigh, as `cargo xtask components` counts it when it refuses one that is too heavy: before
//! compression, without the names of functions.

use std::fs;

use anyhow::{Context as _, Result};
use wasmparser::{KnownCustom, Parser, Payload};

use crate::places::Components;

/// A component.
#[derive(Debug)]
pub struct Weight {
    pub name: String,
    /// Without names.
    pub bytes: u64,
    /// Names of functions.
    pub names: u64,
}

/// Weighs every component.
pub fn measure(components: &Components) -> Result<Vec<Weight>> {
    let mut weights = Vec::new();
    for file in components.product()? {
        let bytes = fs::read(&file)?;
        let names = names(&bytes).with_context(|| format!("{file:?}"))?;
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        weights.push(Weight { name, bytes: bytes.len() as u64 - names, names });
    }
    Ok(weights)
}

fn names(component: &[u8]) -> Result<u64> {
    let mut length = 0;
    for payload in Parser::new(0).parse_all(component) {
        if let Payload::CustomSection(section) = payload?
            && matches!(section.as_known(), KnownCustom::Name(_))
        {
            length += section.data().len() as u64;
        }
    }
    Ok(length)
}
