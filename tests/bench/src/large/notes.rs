//! What a client has to know of a data set, written beside it by whoever made it.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

const FILE: &str = "notes.json";
/// Topics that are written to, of those that there are.
const TOPICS: usize = 1_000;

/// See the module. The caller is the first person.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Notes {
    /// The caller's topic, which has most posts.
    pub busy: Uuid,
    /// With whom the caller exchanged most messages.
    pub partner: Uuid,
    /// Some of the topics that everybody sees.
    pub topics: Vec<Uuid>,
    /// Entries that search was told of, people aside.
    pub documents: usize,
    /// What it took to make all this.
    pub seconds: u64,
}

impl Notes {
    /// Writes them beside the data.
    pub fn keep(&self, folder: &Path) -> Result<()> {
        Ok(fs::write(folder.join(FILE), serde_json::to_vec(self)?)?)
    }

    /// Reads them.
    pub fn read(folder: &Path) -> Result<Self> {
        let text = fs::read(folder.join(FILE)).context("the data set has no notes")?;
        Ok(serde_json::from_slice(&text)?)
    }

    /// As many topics as are kept.
    pub fn some(topics: impl Iterator<Item = Uuid>) -> Vec<Uuid> {
        topics.take(TOPICS).collect()
    }
}
