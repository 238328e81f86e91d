//! What files alone do not promise: that the folders naming them outlive a power cut, and that the disk takes more.
//! Blocks, but for the probe.

use std::fs::{self, File};
use std::io;
use std::path::Path;

/// Makes a folder below `root` and those above it; asks the disk to keep their names.
pub fn make_folder(root: &Path, folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(folder)?;
    sync_names(root, folder)
}

/// Asks the disk to keep the names of a file or folder and of all folders above it, up to `root`.
pub fn sync_names(root: &Path, path: &Path) -> io::Result<()> {
    path.ancestors().skip(1).take_while(|folder| folder.starts_with(root)).try_for_each(sync_folder)
}

/// Asks the disk to keep the names in a folder.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Writes a file below a folder and removes it: what a full or unwritable disk refuses first.
pub async fn probe(root: &Path) -> io::Result<()> {
    let probe = root.join(".check");
    tokio::fs::create_dir_all(root).await?;
    tokio::fs::write(&probe, [0; 4096]).await?;
    match tokio::fs::remove_file(&probe).await {
        // Another check was quicker.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}
