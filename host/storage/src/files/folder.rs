//! Blobs of one scope on disk. `staged/<id>/` and `kept/<name>~/` hold the bytes (`data`) and what is known of them
//! (`info.json`); a whole folder is renamed, so that both are there or neither is. Blocking: runs off the async threads.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use p2p_context::Timestamp;
use serde::{Deserialize, Serialize};

use super::{disk, names};
use crate::ports::blobs::{BlobError, BlobInfo};

const DATA: &str = "data";
const INFO: &str = "info.json";

/// What is known of a blob; also which upload it came from, so that a promotion may be asked for twice.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Info {
    /// Id of the upload.
    pub staged: String,
    /// MIME type.
    pub media_type: String,
    /// Bytes.
    pub size: u64,
    /// Lower-case hex.
    pub sha256: String,
}

impl Info {
    fn named(self, name: &str) -> BlobInfo {
        BlobInfo { name: name.to_owned(), media_type: self.media_type, size: self.size, sha256: self.sha256 }
    }
}

/// The folder of one scope.
#[derive(Debug, Clone)]
pub struct Folder {
    top: PathBuf,
    root: PathBuf,
}

impl Folder {
    /// Made when first needed, with all folders up to `top`, which is there.
    pub fn new(top: PathBuf, root: PathBuf) -> Self {
        Self { top, root }
    }

    /// Where an upload lies until the feature's word.
    pub fn staged(&self, id: &str) -> PathBuf {
        self.root.join("staged").join(id)
    }

    fn kept(&self, name: &str) -> Result<PathBuf, BlobError> {
        Ok(self.root.join("kept").join(names::path(name)?))
    }

    /// Makes the folder of an upload and the file of its bytes.
    pub fn begin(&self, id: &str) -> io::Result<File> {
        let folder = self.staged(id);
        disk::make_folder(&self.top, &self.root.join("staged"))?;
        fs::create_dir(&folder)?;
        File::create_new(folder.join(DATA))
    }

    /// Adds what is known of an upload and asks the disk to keep it all.
    pub fn complete(&self, data: &File, info: &Info) -> io::Result<()> {
        let folder = self.staged(&info.staged);
        data.sync_all()?;
        let file = File::create_new(folder.join(INFO))?;
        serde_json::to_writer(&file, info)?;
        file.sync_all()?;
        disk::sync_folder(&folder)
    }

    /// Removes an upload, whatever there is of it.
    pub fn discard(&self, id: &str) -> io::Result<()> {
        gone_is_fine(fs::remove_dir_all(self.staged(id)))
    }

    /// Gives an upload its name.
    pub fn promote(&self, id: &str, name: &str) -> Result<BlobInfo, BlobError> {
        let kept = self.kept(name)?;
        let Some(info) = read_info(&self.staged(id))? else {
            return match read_info(&kept)? {
                Some(info) if info.staged == id => Ok(info.named(name)),
                _ => Err(BlobError::Missing),
            };
        };
        match self.rename(id, &kept) {
            Ok(()) => Ok(info.named(name)),
            Err(error) if is_taken(&error) => self.settle(id, info, &kept, name),
            Err(error) => Err(unavailable(&error)),
        }
    }

    fn rename(&self, id: &str, kept: &Path) -> io::Result<()> {
        let staged = self.staged(id);
        if let Some(parent) = kept.parent() {
            disk::make_folder(&self.top, parent)?;
        }
        fs::rename(&staged, kept)?;
        kept.parent().map_or(Ok(()), disk::sync_folder)
    }

    /// The name is taken: fine if by the same bytes.
    fn settle(&self, id: &str, info: Info, kept: &Path, name: &str) -> Result<BlobInfo, BlobError> {
        match read_info(kept)? {
            Some(other) if other.sha256 == info.sha256 => {
                self.discard(id).map_err(|error| unavailable(&error))?;
                Ok(other.named(name))
            }
            _ => Err(BlobError::Exists),
        }
    }

    /// What is known of a blob.
    pub fn head(&self, name: &str) -> Result<Option<BlobInfo>, BlobError> {
        Ok(read_info(&self.kept(name)?)?.map(|info| info.named(name)))
    }

    /// A blob's bytes.
    pub fn open(&self, name: &str) -> Result<(BlobInfo, File), BlobError> {
        let info = self.head(name)?.ok_or(BlobError::Missing)?;
        Ok((info, open_data(&self.kept(name)?)?))
    }

    /// The bytes of an upload that came through whole.
    pub fn open_staged(&self, id: &str) -> Result<File, BlobError> {
        read_info(&self.staged(id))?.ok_or(BlobError::Missing)?;
        open_data(&self.staged(id))
    }

    /// Removes a blob: first its name, at once, then its bytes under another one.
    pub fn delete(&self, name: &str, fresh_id: &str) -> Result<(), BlobError> {
        let kept = self.kept(name)?;
        let outcome = (|| {
            fs::create_dir_all(self.root.join("staged"))?;
            fs::rename(&kept, self.staged(fresh_id))?;
            kept.parent().map_or(Ok(()), disk::sync_folder)?;
            fs::remove_dir_all(self.staged(fresh_id))
        })();
        gone_is_fine(outcome).map_err(|error| unavailable(&error))
    }

    /// Removes uploads last written to before this; answers how many.
    pub fn sweep(&self, before: Timestamp) -> Result<u64, BlobError> {
        let entries = match fs::read_dir(self.root.join("staged")) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(0),
            entries => entries.map_err(|error| unavailable(&error))?,
        };
        let mut swept = 0;
        for entry in entries {
            let folder = entry.map_err(|error| unavailable(&error))?.path();
            if written_at(&folder).is_some_and(|at| at < before) {
                gone_is_fine(fs::remove_dir_all(&folder)).map_err(|error| unavailable(&error))?;
                swept += 1;
            }
        }
        Ok(swept)
    }
}

/// When bytes last arrived; none when the upload has gone meanwhile.
fn written_at(folder: &Path) -> Option<Timestamp> {
    let written = fs::metadata(folder.join(DATA)).or_else(|_| fs::metadata(folder)).ok()?.modified().ok()?;
    let since = written.duration_since(std::time::UNIX_EPOCH).ok()?;
    i64::try_from(since.as_micros()).ok().map(Timestamp)
}

fn open_data(folder: &Path) -> Result<File, BlobError> {
    match File::open(folder.join(DATA)) {
        Ok(data) => Ok(data),
        Err(error) if error.kind() == ErrorKind::NotFound => Err(BlobError::Missing),
        Err(error) => Err(unavailable(&error)),
    }
}

fn read_info(folder: &Path) -> Result<Option<Info>, BlobError> {
    match fs::read(folder.join(INFO)) {
        Ok(text) => serde_json::from_slice(&text).map(Some).map_err(|error| unavailable(&error.into())),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(unavailable(&error)),
    }
}

fn is_taken(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::DirectoryNotEmpty | ErrorKind::AlreadyExists)
}

fn gone_is_fine(outcome: io::Result<()>) -> io::Result<()> {
    match outcome {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// A full or unwritable disk, for the most part.
pub fn unavailable(error: &io::Error) -> BlobError {
    BlobError::Unavailable(error.to_string())
}
