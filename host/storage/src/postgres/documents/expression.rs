//! Paths as PostgreSQL's expressions, the same text in searches and in indexes.

use crate::documents::path::{Path, Step};

/// Characters of a sort key that stand in an index: its entries are bounded, and strings are not.
const INDEXED: usize = 128;

/// The JSON value at a path. A name finds nothing in an array, and a number nothing in an object.
pub fn value(path: &Path<'_>) -> String {
    let mut text = String::from("body");
    for step in path.steps() {
        match step {
            Step::Member(name) => text.extend([" -> '", name, "'"]),
            Step::Element(index) => text.push_str(&format!(" -> {index}")),
        }
    }
    text
}

/// The value as text whose bytes have the order of documents.
pub fn key(path: &Path<'_>) -> String {
    format!("{{schema}}.p2p_key({}) COLLATE \"C\"", value(path))
}

/// The beginning of that text, by which indexes find and sort.
pub fn beginning(of: &str) -> String {
    format!("left({of}, {INDEXED}) COLLATE \"C\"")
}
