//! The indexes that a feature's collections ask for: expression indexes over the one table of documents. An index is
//! named after its definition, so that a changed one is a new one and the old one goes.

use sha2::{Digest, Sha256};

use super::expression::value;
use crate::documents::path::Path;
use crate::documents::rules::check_collection;
use crate::ports::documents::DocumentError;
use crate::ports::migrations::Collection;

/// How the names of all of them begin.
pub const PREFIX: &str = "p2p_documents_by_";

/// An index.
#[derive(Debug, PartialEq, Eq)]
pub struct Index {
    /// Its name.
    pub name: String,
    /// What makes it.
    pub text: String,
}

/// The indexes of all collections.
pub fn wanted(collections: &[Collection]) -> Result<Vec<Index>, DocumentError> {
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
        columns.push_str(&value(&Path::parse(path)?));
        columns.push_str(", ");
    }
    let definition = format!("ON p2p_documents ({columns}id) WHERE collection = '{collection}'");
    let digest: [u8; 32] = Sha256::digest(definition.as_bytes()).into();
    let mark: String = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    let name = format!("{PREFIX}{mark}");
    Ok(Index { text: format!("CREATE INDEX {name} {definition}"), name })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_definition_is_the_same_index() {
        let by = |paths: &[&str]| Collection {
            name: "posts".to_owned(),
            indexes: vec![paths.iter().map(|path| (*path).to_owned()).collect()],
        };
        let one = wanted(&[by(&["a", "b"]), by(&["a", "b"])]).unwrap();
        assert_eq!(one.len(), 1);
        assert_ne!(one, wanted(&[by(&["b", "a"])]).unwrap());
        assert!(wanted(&[by(&["a'); DROP TABLE x; --"])]).is_err());
    }
}
