//! The indexes that a feature's collections ask for: over the one table of documents, each for one collection. An index is
//! named after its definition, so that a changed one is a new one and the old one goes.

use std::time::Duration;

use p2p_context::Deadline;
use sha2::{Digest, Sha256};
use sqlx::Row as _;

use super::super::Server;
use super::super::errors::{After, Fault};
use super::super::lease::Lease;
use super::super::names::{Names, hex};
use super::super::setup::{LONG_WAIT, unavailable};
use super::expression;
use crate::documents::path::Path;
use crate::documents::rules::check_collection;
use crate::ports::documents::DocumentError;
use crate::ports::migrations::Collection;
use crate::ports::sql::SqlError;
use crate::ports::stores::OpenError;

/// How the names of all of them begin.
const PREFIX: &str = "p2p_documents_by_";

/// Paths of one index that count: as many as a search may sort by. Entries of an index are bounded.
const MOST: usize = 4;

/// How long making them may take.
const PATIENCE: Duration = Duration::from_mins(10);

/// An index.
#[derive(Debug, PartialEq, Eq)]
struct Index {
    name: String,
    text: String,
}

/// Makes the indexes that collections ask for and drops those that none asks for any more.
pub async fn lay(server: &Server, names: &Names, collections: &[Collection]) -> Result<(), OpenError> {
    let wanted = wanted(collections).map_err(|error| OpenError::Unavailable(error.to_string()))?;
    let deadline = Deadline::after(PATIENCE);
    let mut is_first = true;
    loop {
        // All of it over one connection: whoever waits for a second one holds up those who wait for theirs.
        let mut lease = server.pools.lend(&server.host, deadline).await.map_err(unavailable)?;
        let work = tokio::time::timeout_at(deadline.instant().into(), lay_over(&mut lease, names, &wanted));
        match work.await {
            Ok(Ok(())) => {
                lease.settle();
                return Ok(());
            }
            // It died unnoticed while it idled.
            Ok(Err(Fault { connection: After::Broken, .. })) if is_first => {
                lease.settle_after(After::Broken);
                is_first = false;
            }
            // Its transaction goes with it.
            Ok(Err(fault)) => return Err(unavailable(fault.error)),
            Err(_) => return Err(unavailable(SqlError::Timeout)),
        }
    }
}

async fn lay_over(lease: &mut Lease, names: &Names, wanted: &[Index]) -> Result<(), Fault> {
    if changes(wanted, &found(lease, names).await?).is_empty() {
        return Ok(());
    }
    let (schema, lock) = (&names.schema, names.upgrade_lock);
    lease.run(format!("BEGIN; {LONG_WAIT}; SELECT pg_advisory_xact_lock({lock})")).await?;
    // Another process may have been quicker.
    let changes = changes(wanted, &found(lease, names).await?);
    let mut text: Vec<String> = changes.iter().map(|change| change.replace("{schema}", schema)).collect();
    text.push("COMMIT".to_owned());
    lease.run(text.join("; ")).await
}

async fn found(lease: &mut Lease, names: &Names) -> Result<Vec<String>, Fault> {
    let text = "SELECT indexname::text FROM pg_indexes WHERE schemaname = $1 AND starts_with(indexname, $2)";
    let query = sqlx::query(text).bind(&names.schema).bind(PREFIX);
    let rows = query.fetch_all(lease.sqlx().map_err(Fault::refused)?).await?;
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}

fn changes(wanted: &[Index], found: &[String]) -> Vec<String> {
    let missing = wanted.iter().filter(|index| !found.contains(&index.name)).map(|index| index.text.clone());
    let idle = found.iter().filter(|name| wanted.iter().all(|index| index.name != **name));
    missing.chain(idle.map(|name| format!("DROP INDEX {{schema}}.{name}"))).collect()
}

/// The indexes of all collections.
fn wanted(collections: &[Collection]) -> Result<Vec<Index>, DocumentError> {
    let mut indexes = Vec::new();
    for collection in collections {
        check_collection(&collection.name)?;
        for paths in &collection.indexes {
            indexes.push(index(&collection.name, paths)?);
        }
    }
    indexes.sort_by(|one, other| one.name.cmp(&other.name));
    indexes.dedup();
    Ok(indexes)
}

fn index(collection: &str, paths: &[String]) -> Result<Index, DocumentError> {
    let mut columns = String::new();
    for path in paths {
        let key = expression::beginning(&expression::key(&Path::parse(path)?));
        if columns.matches("left(").count() < MOST {
            columns.push_str(&format!("({key}), "));
        }
    }
    let definition = format!("ON {{schema}}.p2p_documents ({columns}id) WHERE collection = '{collection}'");
    let name = format!("{PREFIX}{}", hex(&Sha256::digest(definition.as_bytes()), 12));
    Ok(Index { text: format!("CREATE INDEX {name} {definition}"), name })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn by(paths: &[&str]) -> Collection {
        Collection {
            name: "posts".to_owned(),
            indexes: vec![paths.iter().map(|path| (*path).to_owned()).collect()],
        }
    }

    #[test]
    fn the_same_definition_is_the_same_index() {
        let one = wanted(&[by(&["a", "b"]), by(&["a", "b"])]).unwrap();
        assert_eq!(one.len(), 1);
        assert_ne!(one, wanted(&[by(&["b", "a"])]).unwrap());
        assert!(wanted(&[by(&["a'); DROP TABLE x; --"])]).is_err());
    }

    #[test]
    fn what_is_there_and_what_is_wanted_are_told_apart() {
        let wanted = wanted(&[by(&["a"])]).unwrap();
        let name = wanted[0].name.clone();
        assert!(changes(&wanted, &[name]).is_empty());
        let changed = changes(&wanted, &["p2p_documents_by_old".to_owned()]);
        assert_eq!(changed[1], "DROP INDEX {schema}.p2p_documents_by_old");
    }
}
