//! Programs of other languages that tests talk to. Installs what is missing and says so; never touches what a person
//! has installed, but for Debian's packages where it is told to.

mod chromium;
mod node;
mod python;

use anyhow::Result;

use crate::workspace::Workspace;

pub use python::{package as python_package, prepare as prepare_python};

/// Everything that tests need.
///
/// # Errors
/// When something is missing and cannot be installed, with what to type.
pub fn prepare(workspace: &Workspace) -> Result<()> {
    python::prepare(workspace)?;
    chromium::prepare()?;
    node::prepare(workspace)
}
