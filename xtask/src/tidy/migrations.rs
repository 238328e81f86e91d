//! Migrations: each one in both dialects, well named, no version twice. Reads no SQL.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::Result;

use crate::findings::Findings;

const DIALECTS: [&str; 2] = ["sqlite", "postgres"];

/// Every folder of `migrations/`.
pub fn check(root: &Path, findings: &mut Findings) -> Result<()> {
    let folder = root.join("migrations");
    if !folder.is_dir() {
        return Ok(());
    }
    for feature in names(&folder)?.into_iter().filter(|name| folder.join(name).is_dir()) {
        check_feature(&folder.join(&feature), &format!("migrations/{feature}"), findings)?;
    }
    Ok(())
}

fn check_feature(folder: &Path, place: &str, findings: &mut Findings) -> Result<()> {
    let [sqlite, postgres] = DIALECTS.map(|dialect| folder.join(dialect));
    let (sqlite, postgres) = (names(&sqlite)?, names(&postgres)?);
    for (name, dialect) in sqlite.difference(&postgres).map(|name| (name, "postgres")) {
        findings.add(format!("{place}/{dialect}/{name}"), "is missing; the other dialect has it");
    }
    for (name, dialect) in postgres.difference(&sqlite).map(|name| (name, "sqlite")) {
        findings.add(format!("{place}/{dialect}/{name}"), "is missing; the other dialect has it");
    }
    let mut seen = BTreeSet::new();
    for name in sqlite.union(&postgres) {
        match version(name) {
            None => findings
                .add(format!("{place}/*/{name}"), "name it `<version>_<name>.sql`, as `0001_topics.sql`"),
            Some(number) if !seen.insert(number) => {
                findings.add(format!("{place}/*/{name}"), "this version exists already")
            }
            Some(_) => {}
        }
    }
    Ok(())
}

fn names(folder: &Path) -> Result<BTreeSet<String>> {
    let Ok(entries) = fs::read_dir(folder) else { return Ok(BTreeSet::new()) };
    let mut names = BTreeSet::new();
    for entry in entries {
        names.insert(entry?.file_name().to_string_lossy().into_owned());
    }
    Ok(names)
}

fn version(name: &str) -> Option<u64> {
    let (version, rest) = name.strip_suffix(".sql")?.split_once('_')?;
    let named = !rest.is_empty()
        && rest.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    version.parse().ok().filter(|_| named)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(files: &[&str]) -> Vec<String> {
        let root = tempfile::tempdir().unwrap();
        for file in files {
            let path = root.path().join("migrations").join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        let mut findings = Findings::default();
        check(root.path(), &mut findings).unwrap();
        findings.lines().to_vec()
    }

    #[test]
    fn equal_names_pass() {
        assert_eq!(found(&["forums/sqlite/0001_topics.sql", "forums/postgres/0001_topics.sql"]), [""; 0]);
    }

    #[test]
    fn a_dialect_that_lacks_one_is_found() {
        let found = found(&["forums/sqlite/0001_topics.sql"]);
        assert_eq!(
            found,
            ["migrations/forums/postgres/0001_topics.sql: is missing; the other dialect has it"]
        );
    }

    #[test]
    fn names_and_versions_are_checked() {
        let both = |name: &str| [format!("a/sqlite/{name}"), format!("a/postgres/{name}")];
        let files: Vec<_> =
            ["0001_topics.sql", "0001_posts.sql", "latest.sql"].iter().flat_map(|name| both(name)).collect();
        let found = found(&files.iter().map(String::as_str).collect::<Vec<_>>());
        assert!(found.len() == 2 && found.iter().any(|line| line.contains("latest.sql")), "{found:?}");
    }
}
