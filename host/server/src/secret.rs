//! The deployment's secret: given by the operator, or made once and kept in the data folder, readable by its owner
//! only.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use rand::TryRngCore as _;

/// The secret in use, and those that still open what they sealed.
pub struct SecretKeys {
    /// Seals and opens.
    pub current: String,
    /// Open only.
    pub older: Vec<String>,
}

/// Finds the secret; makes one when there is none.
pub fn find_or_make(data: &Path, given: Option<&str>, older: &[String]) -> Result<SecretKeys> {
    if let Some(keys) = known(data, given, older)? {
        return Ok(keys);
    }
    let path = file(data);
    let current = make(&path)?;
    tracing::info!(file = %path.display(), "made a secret key; back it up with the data");
    Ok(SecretKeys { current, older: older.to_vec() })
}

/// Finds the secret of a folder that a server has used.
pub fn find(data: &Path, given: Option<&str>, older: &[String]) -> Result<SecretKeys> {
    known(data, given, older)?.with_context(|| {
        let folder = data.display();
        format!("{folder} has no secret key: name the server's folder with --data, or set SECRET_KEY as for the server")
    })
}

/// Where a secret is kept.
pub fn file(data: &Path) -> PathBuf {
    data.join("secret.key")
}

fn known(data: &Path, given: Option<&str>, older: &[String]) -> Result<Option<SecretKeys>> {
    let kept = read(&file(data))?;
    let mut older = older.to_vec();
    let Some(given) = given else {
        return Ok(kept.map(|current| SecretKeys { current, older }));
    };
    // A folder that began without SECRET_KEY holds things sealed by the kept one.
    older.extend(kept.filter(|kept| kept != given));
    Ok(Some(SecretKeys { current: given.to_owned(), older }))
}

fn read(path: &Path) -> Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) if text.trim().len() >= 16 => Ok(Some(text.trim().to_owned())),
        Ok(_) => bail!("{} holds no secret key: restore it from a backup, or set SECRET_KEY", path.display()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

fn make(path: &Path) -> Result<String> {
    let mut bytes = [0_u8; 32];
    rand::rngs::OsRng.try_fill_bytes(&mut bytes).context("the system has no randomness")?;
    let secret: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).with_context(|| format!("cannot make {}", path.display()))?;
    writeln!(file, "{secret}")
        .and_then(|()| file.sync_all())
        .with_context(|| format!("cannot write {}", path.display()))?;
    Ok(secret)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_made_once_and_kept_from_others() {
        let data = tempfile::tempdir().unwrap();
        assert!(find(data.path(), None, &[]).is_err(), "only a server makes one");
        let first = find_or_make(data.path(), None, &[]).unwrap();
        let again = find_or_make(data.path(), None, &[]).unwrap();
        assert_eq!((first.current.len(), &first.current), (64, &again.current));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(file(data.path())).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn a_given_secret_seals_and_the_kept_one_still_opens() {
        let data = tempfile::tempdir().unwrap();
        let kept = find_or_make(data.path(), None, &[]).unwrap().current;
        let given =
            find_or_make(data.path(), Some("0123456789abcdef"), &["fedcba9876543210".to_owned()]).unwrap();
        assert_eq!(given.current, "0123456789abcdef");
        assert_eq!(given.older, ["fedcba9876543210".to_owned(), kept]);
    }

    #[test]
    fn a_damaged_file_is_never_replaced() {
        let data = tempfile::tempdir().unwrap();
        fs::write(file(data.path()), "").unwrap();
        assert!(find_or_make(data.path(), None, &[]).is_err());
        assert_eq!(fs::read(file(data.path())).unwrap(), b"");
    }
}
