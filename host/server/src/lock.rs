//! One server per data folder, unless services keep what servers share. The lock is the system's own, so that a killed server leaves none behind; the file
//! names its holder for people.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::config::Config;

/// The data folder is ours until this is dropped.
#[derive(Debug)]
pub struct DataLock {
    _file: File,
}

/// Whether somebody holds a data folder.
#[derive(Debug, PartialEq, Eq)]
pub enum Holder {
    /// Nobody.
    Free,
    /// A process of this id, as far as the file says.
    Held(String),
}

impl DataLock {
    /// Takes the folder, making it when it is new.
    pub fn take(data: &Path) -> Result<Self> {
        Self::with(data, File::try_lock)
    }

    /// Takes the folder together with other servers of the same deployment: what they must not both write is kept by
    /// services. Nobody has it alone meanwhile.
    pub fn share(data: &Path) -> Result<Self> {
        Self::with(data, File::try_lock_shared)
    }

    /// As this configuration needs it.
    pub fn of(config: &Config) -> Result<Self> {
        match config.database {
            Some(_) => Self::share(&config.data),
            None => Self::take(&config.data),
        }
    }

    fn with(data: &Path, lock: impl Fn(&File) -> Result<(), TryLockError>) -> Result<Self> {
        fs::create_dir_all(data)
            .with_context(|| format!("cannot make the data folder {}", data.display()))?;
        let path = path(data);
        let mut file = open(&path).with_context(|| format!("cannot open {}", path.display()))?;
        match lock(&file) {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => bail!(
                "{} is in use by process {}: stop that server first, or choose another folder with --data",
                data.display(),
                holder(&path)
            ),
            Err(TryLockError::Error(error)) => {
                return Err(error).with_context(|| format!("cannot lock {}", path.display()));
            }
        }
        file.set_len(0)?;
        write!(file, "{}", std::process::id())?;
        Ok(Self { _file: file })
    }

    /// Who holds the folder; takes nothing.
    pub fn look(data: &Path) -> Result<Holder> {
        let path = path(data);
        let Ok(file) = File::open(&path) else { return Ok(Holder::Free) };
        match file.try_lock() {
            Ok(()) => Ok(Holder::Free),
            Err(TryLockError::WouldBlock) => Ok(Holder::Held(holder(&path))),
            Err(TryLockError::Error(error)) => Err(error.into()),
        }
    }
}

fn path(data: &Path) -> PathBuf {
    data.join("lock")
}

fn open(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().create(true).truncate(false).read(true).write(true).open(path)
}

fn holder(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap_or_default();
    if text.is_empty() { "unknown".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_server_is_refused_with_the_holder_and_a_dropped_lock_is_free() {
        let data = tempfile::tempdir().unwrap();
        assert_eq!(DataLock::look(data.path()).unwrap(), Holder::Free);
        let held = DataLock::take(data.path()).unwrap();
        let own = std::process::id().to_string();
        assert!(DataLock::take(data.path()).unwrap_err().to_string().contains(&own));
        assert_eq!(DataLock::look(data.path()).unwrap(), Holder::Held(own));
        drop(held);
        let shared = [DataLock::share(data.path()).unwrap(), DataLock::share(data.path()).unwrap()];
        assert!(DataLock::take(data.path()).is_err());
        assert!(matches!(DataLock::look(data.path()).unwrap(), Holder::Held(_)));
        drop(shared);
        DataLock::take(data.path()).unwrap();
    }
}
