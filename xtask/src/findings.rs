//! What a check found, collected so that one run tells everything. Never stops at the first finding.

use std::fmt::Display;

use anyhow::{Result, bail};

/// Findings of one check, in the order they were made.
#[derive(Default)]
pub struct Findings {
    lines: Vec<String>,
}

impl Findings {
    /// Adds one: where it is, and what to do about it.
    pub fn add(&mut self, place: impl Display, what: impl Display) {
        self.lines.push(format!("{place}: {what}"));
    }

    /// The findings as `place: what to do`.
    #[cfg(test)]
    pub fn lines(&self) -> &[String] {
        &self.lines
    }

    /// Prints all findings; an error when there is one.
    pub fn finish(self, check: &str) -> Result<()> {
        for line in &self.lines {
            println!("{line}");
        }
        match self.lines.len() {
            0 => Ok(()),
            1 => bail!("{check} has one finding, printed above"),
            many => bail!("{check} has {many} findings, printed above"),
        }
    }
}
