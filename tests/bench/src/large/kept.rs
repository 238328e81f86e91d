//! Data sets that are kept from run to run, each for as long as the components' tables stay as they are.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use p2p_tenants::Digest;
use serde_json::json;
use tokio::process::Command;

use super::size::Size;
use crate::places::Places;

/// Changes when another data set is made of the same tables.
const VERSION: u32 = 1;

/// The folder of the data set of this size, which is made unless it is there.
pub async fn dataset(places: &Places, size: Size) -> Result<PathBuf> {
    let mut tables = vec![json!([VERSION, size.unit])];
    for file in places.components.product()? {
        let manifest = p2p_runtime::inspect(&fs::read(&file)?).with_context(|| format!("{file:?}"))?.manifest;
        tables.push(serde_json::to_value(manifest.store_migrations())?);
    }
    let own = format!("large-{}-", size.unit);
    let key = Digest::of(&serde_json::to_vec(&tables)?);
    let folder = places.bench.join(format!("{own}{}", key.short()));
    if folder.is_dir() {
        return Ok(folder);
    }
    remove_others(&places.bench, &own)?;
    println!("making a data set of {} search documents, once for these tables", size.documents());
    let half = folder.with_extension("half");
    // In another process, so that no file of it is open here.
    let mut command = Command::new(&places.own);
    command.arg("generate-large").arg(&half).arg(size.unit.to_string());
    if !command.status().await.context("the data set")?.success() {
        bail!("the data set could not be made");
    }
    fs::rename(&half, &folder)?;
    Ok(folder)
}

/// Those of other tables, and what was left half-way: nobody will ask for them again.
fn remove_others(bench: &Path, own: &str) -> Result<()> {
    for entry in fs::read_dir(bench)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(own) {
            fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}
