//! Indexes: those that a feature's collections ask for, named after their definition so that a changed one is a new one
//! and the old one goes, and those of the outbox and inbox in documents.

use std::collections::HashMap;

use mongodb::bson::{Document, doc};
use mongodb::options::IndexOptions;
use mongodb::{Collection, IndexModel};
use p2p_context::Deadline;
use sha2::{Digest, Sha256};

use super::errors::{is_missing_collection, within};
use super::marks::{DELETED, EVENT_ID, HANDLED_ID, POSITION};
use super::shelf::Shelf;
use crate::documents::path::Path;
use crate::documents::rules::check_collection;
use crate::ports::documents::DocumentError;
use crate::ports::migrations;

/// How the names of declared ones begin.
const DECLARED: &str = "p2p_by_";

/// In every collection. Sparse: a document at rest costs them nothing.
const OWN: [(&str, &str); 4] = [
    ("p2p_positions", POSITION),
    ("p2p_events", EVENT_ID),
    ("p2p_handled", HANDLED_ID),
    ("p2p_deleted", DELETED),
];

/// Makes what is declared and drops what no longer is, in every collection of the scope.
pub async fn bring_up(
    shelf: &Shelf,
    declared: &[migrations::Collection],
    deadline: Deadline,
) -> Result<(), DocumentError> {
    let mut wanted = wanted(declared)?;
    for name in wanted.keys() {
        shelf.made_collection(name, deadline).await?;
    }
    let collections = shelf.collections(deadline).await?;
    for collection in &collections {
        let models = wanted.remove(shelf.short(collection)).unwrap_or_default();
        make_own(collection, deadline).await?;
        align(collection, models, deadline).await?;
    }
    shelf.find_marked(&collections, deadline).await
}

/// The indexes of outbox and inbox; makes the collection where there is none.
pub async fn make_own(collection: &Collection<Document>, deadline: Deadline) -> Result<(), DocumentError> {
    let model = |(name, path): &(&str, &str)| {
        let options = IndexOptions::builder().name((*name).to_owned()).sparse(true).build();
        IndexModel::builder().keys(doc! { *path: 1 }).options(options).build()
    };
    let make = collection.create_indexes(OWN.iter().map(model));
    within(deadline, make.into_future()).await.map(drop)
}

async fn align(
    collection: &Collection<Document>,
    wanted: HashMap<String, IndexModel>,
    deadline: Deadline,
) -> Result<(), DocumentError> {
    let names = async {
        match collection.list_index_names().await {
            Err(error) if is_missing_collection(&error) => Ok(Vec::new()),
            other => other,
        }
    };
    let present = within(deadline, names).await?;
    for name in present.iter().filter(|name| name.starts_with(DECLARED) && !wanted.contains_key(*name)) {
        within(deadline, collection.drop_index(name).into_future()).await?;
    }
    let missing: Vec<IndexModel> =
        wanted.into_iter().filter(|(name, _)| !present.contains(name)).map(|(_, model)| model).collect();
    if missing.is_empty() {
        return Ok(());
    }
    within(deadline, collection.create_indexes(missing).into_future()).await.map(drop)
}

/// By collection, then by the index's name.
fn wanted(
    collections: &[migrations::Collection],
) -> Result<HashMap<String, HashMap<String, IndexModel>>, DocumentError> {
    let mut wanted: HashMap<String, HashMap<String, IndexModel>> = HashMap::new();
    for collection in collections {
        check_collection(&collection.name)?;
        let models = wanted.entry(collection.name.clone()).or_default();
        for paths in &collection.indexes {
            let (name, model) = model(paths)?;
            models.insert(name, model);
        }
    }
    Ok(wanted)
}

fn model(paths: &[String]) -> Result<(String, IndexModel), DocumentError> {
    let mut keys = Document::new();
    for path in paths {
        Path::parse(path)?;
        keys.insert(path, 1);
    }
    keys.insert("_id", 1);
    let digest: [u8; 32] = Sha256::digest(paths.join(",").as_bytes()).into();
    let mark: String = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    let name = format!("{DECLARED}{mark}");
    let options = IndexOptions::builder().name(name.clone()).build();
    Ok((name, IndexModel::builder().keys(keys).options(options).build()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_definition_is_the_same_index() {
        let by = |paths: &[&str]| {
            let paths: Vec<String> = paths.iter().map(|path| (*path).to_owned()).collect();
            model(&paths).unwrap().0
        };
        assert_eq!(by(&["a", "b"]), by(&["a", "b"]));
        assert_ne!(by(&["a", "b"]), by(&["b", "a"]));
        assert!(model(&["$where".to_owned()]).is_err());
    }
}
