//! Remembers from what a file was made, so that equal inputs are not worked through twice.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

/// Counts up when the way from inputs to a component changes.
const PIPELINE: &[u8] = b"2";

/// The digest of the inputs, kept in a file beside the output.
pub struct Stamp {
    output: PathBuf,
    kept: PathBuf,
    digest: String,
}

impl Stamp {
    /// Of an output and what goes into it.
    pub fn of(output: &Path, inputs: &[&[u8]]) -> Self {
        let mut hasher = Sha256::new_with_prefix(PIPELINE);
        for input in inputs {
            hasher.update((input.len() as u64).to_le_bytes());
            hasher.update(input);
        }
        let digest = hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Self { output: output.to_owned(), kept: output.with_extension("inputs"), digest }
    }

    /// Whether the output stands and was made from the same.
    pub fn is_current(&self) -> bool {
        self.output.is_file() && fs::read_to_string(&self.kept).is_ok_and(|kept| kept == self.digest)
    }

    /// Says that the output is made from these inputs now.
    ///
    /// # Errors
    /// When the file beside the output cannot be written.
    pub fn keep(&self) -> Result<()> {
        fs::write(&self.kept, &self.digest)
            .with_context(|| format!("{} cannot be written", self.kept.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_holds_for_the_same_inputs_and_a_standing_output() {
        let folder = tempfile::tempdir().unwrap();
        let output = folder.path().join("forums.wasm");
        let stamp = Stamp::of(&output, &[b"module", b"manifest"]);
        stamp.keep().unwrap();
        assert!(!stamp.is_current(), "the output does not stand");
        fs::write(&output, "component").unwrap();
        assert!(stamp.is_current());
        assert!(!Stamp::of(&output, &[b"modulem", b"anifest"]).is_current(), "the border moved");
    }
}
